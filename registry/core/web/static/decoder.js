// Reads codes of a picture's pixels, apart from the page: only this worker may compile WebAssembly.
"use strict";

importScripts("/static/registry/zxing/zxing_reader.js");
ZXingWASM.prepareZXingModule({ overrides: { locateFile: (name) => `/static/registry/zxing/${name}` } });

const OPTIONS = { formats: ["QRCode", "DataMatrix", "Code128"], tryHarder: true, maxNumberOfSymbols: 4 };

onmessage = async ({ data: { data, width, height } }) => {
  const picture = new ImageData(new Uint8ClampedArray(data), width, height);
  const found = await ZXingWASM.readBarcodes(picture, OPTIONS).catch(() => []);
  postMessage(found.filter((code) => code.isValid).map((code) => code.text));
};
