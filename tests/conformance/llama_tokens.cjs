// SPDX-License-Identifier: Apache-2.0
//
// Ids that llama.cpp gives to texts with a GGUF file, by the addon of the npm package @node-llama-cpp/linux-x64:
//     node llama_tokens.cjs LLAMA_ADDON MODEL.gguf TEXTS
// TEXTS has a JSON string on each line; the answer is a line of ids for each. Special tokens are text. Only the
// vocabulary is read of the model.
const fs = require("fs");
const readline = require("readline");

const [addonPath, modelPath, textsPath] = process.argv.slice(2);
const addon = require(addonPath);

async function main() {
    addon.setLogger(() => {});
    addon.loadBackends();
    await addon.init();
    const model = new addon.AddonModel(modelPath, {addonExports: addon, vocabOnly: true, gpuLayers: 0});
    if (!await model.init())
        throw new Error(`llama.cpp does not open ${modelPath}`);
    for await (const line of readline.createInterface({input: fs.createReadStream(textsPath), crlfDelay: Infinity}))
        fs.writeSync(1, Array.from(model.tokenize(JSON.parse(line), false)).join(" ") + "\n");
    process.exit(0);
}

main().catch((error) => {
    console.error(error);
    process.exit(2);
});
