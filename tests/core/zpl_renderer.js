// Renders ZPL with a program of another make: jobs as JSON from standard input, pictures as base64 to the output.
const { ready } = require("zpl-renderer-js");
const { readFileSync } = require("fs");

(async () => {
  const { api } = await ready;
  const pictures = [];
  for (const { zpl, width, height, dots } of JSON.parse(readFileSync(0, "utf8"))) {
    pictures.push(await api.zplToBase64Async(zpl, width, height, dots));
  }
  process.stdout.write(JSON.stringify(pictures), () => process.exit(0));
})();
