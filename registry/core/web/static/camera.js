// Codes by camera or from a picture: the browser's own detector where it has one, else zxing-cpp in a worker.
const FORMATS = ["qr_code", "data_matrix", "code_128"];
const PAUSE = 120; // milliseconds between two looks
const WIDEST = 1600; // pixels of a picture that is looked at

async function ownDetector() {
  if (!("BarcodeDetector" in window)) return null;
  const able = await BarcodeDetector.getSupportedFormats().catch(() => []);
  if (!FORMATS.every((format) => able.includes(format))) return null;
  const detector = new BarcodeDetector({ formats: FORMATS });
  return async (source) => (await detector.detect(source)).map((code) => code.rawValue);
}

function workerDetector() {
  const worker = new Worker("/verify/decoder.js");
  const waiting = [];
  worker.onmessage = ({ data }) => waiting.shift()?.(data);
  worker.onerror = () => waiting.shift()?.([]);
  return (source) => {
    const { data, width, height } = pixels(source);
    worker.postMessage({ data: data.buffer, width, height }, [data.buffer]);
    return new Promise((resolve) => waiting.push(resolve));
  };
}

function pixels(source) {
  const [wide, high] = [source.videoWidth || source.width, source.videoHeight || source.height];
  const scale = Math.min(1, WIDEST / Math.max(wide, high));
  const canvas = new OffscreenCanvas(Math.max(1, wide * scale), Math.max(1, high * scale));
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  brush.drawImage(source, 0, 0, canvas.width, canvas.height);
  return brush.getImageData(0, 0, canvas.width, canvas.height);
}

let detector;
async function detect(source) {
  detector ??= (await ownDetector()) ?? workerDetector();
  return detector(source);
}

// The codes in a picture that somebody chose.
export async function readPicture(file) {
  const picture = await createImageBitmap(file).catch(() => null);
  return picture ? detect(picture) : [];
}

// Looks through the camera until a code is seen; answers it, or "" where `stop` was called first.
export async function scan(video, stopped) {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } },
  });
  try {
    video.srcObject = stream;
    await video.play();
    while (!stopped.aborted) {
      const [found] = video.videoWidth ? await detect(video) : [];
      if (found) return found;
      await new Promise((resolve) => window.setTimeout(resolve, PAUSE));
    }
    return "";
  } finally {
    stream.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
  }
}
