// SPDX-License-Identifier: Apache-2.0
//
// One pass of SentencePiece Lite over texts with a .model, one thread: a peer of bench/encode.
//     lite_encode lite|lite-cached MODEL RECORDS
// RECORDS: texts, each u32 little-endian size and bytes. Prints the line that peer_encode.py prints:
// seconds to open (reading, converting to Lite's own form, making the processor) and to encode,
// tokens, XXH3 of all ids as u32 (not in the time). `lite-cached` has Lite's cache of pieces in its
// default size. Built by build_sentencepiece_lite; in C++ because Lite has no other interface.
#include <chrono>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <xxhash.h>

#include "cached_sentencepiece_lite.h"
#include "sentencepiece_lite.h"
#include "sentencepiece_model.pb.h"
#include "sentencepiece_model_converters.h"

namespace lite = sentencepiece::lite;

[[noreturn]] static void fail(const std::string &what)
{
    std::fprintf(stderr, "lite_encode: %s\n", what.c_str());
    std::exit(EXIT_FAILURE);
}

static void need(lite::StatusCode status)
{
    if (status != lite::StatusCode::kOk)
        fail("status " + std::to_string(static_cast<int>(status)));
}

static std::string read_file(const char *path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file)
        fail(std::string("cannot read ") + path);
    return std::string(std::istreambuf_iterator<char>(file), {});
}

static double seconds()
{
    auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double>(now).count();
}

// Converted with its bigrams, which its cutting into pieces needs. A piece with a zero byte is one
// that it cannot have; where bytes stand in for it, as in LLM-jp v3.1, it may go.
static std::shared_ptr<std::string> convert(const char *path)
{
    sentencepiece::ModelProto proto;
    if (!proto.ParseFromString(read_file(path)))
        fail(std::string(path) + " is no model");
    lite::ConverterOptions options;
    options.treat_null_byte_as_unused = proto.trainer_spec().byte_fallback();
    auto converted = lite::ToFlatbuffer(proto, options);
    if (!converted.ok())
        fail(std::string(converted.status().message()));
    return std::make_shared<std::string>(*std::move(converted));
}

static std::vector<std::string_view> texts_of(const std::string &data)
{
    std::vector<std::string_view> texts;
    for (size_t at = 0; at + 4 <= data.size();) {
        const auto *byte = reinterpret_cast<const unsigned char *>(data.data() + at);
        size_t size = byte[0] | (size_t)byte[1] << 8 | (size_t)byte[2] << 16 | (size_t)byte[3] << 24;
        if (size > data.size() - at - 4)
            fail("records end too early");
        texts.emplace_back(data.data() + at + 4, size);
        at += 4 + size;
    }
    return texts;
}

int main(int count, char **words)
{
    if (count != 4 || (std::strcmp(words[1], "lite") != 0 && std::strcmp(words[1], "lite-cached") != 0))
        fail("usage: lite_encode lite|lite-cached MODEL RECORDS");
    bool cached = std::strcmp(words[1], "lite-cached") == 0;
    std::string data = read_file(words[3]);
    double start = seconds();
    lite::SentencePieceLiteProcessor processor(convert(words[2]));
    need(processor.status());
    lite::TokenCache cache;
    double opened = seconds() - start, encoding = 0;
    XXH3_state_t *hash = XXH3_createState();
    XXH3_64bits_reset(hash);
    uint64_t tokens = 0;
    std::vector<int> ids;
    for (std::string_view text : texts_of(data)) {
        ids.clear();
        start = seconds();
        lite::StatusCode status =
            cached ? lite::CachedSentencePieceLite::Encode(processor, cache, text, &ids)
                   : processor.Encode(text, &ids);
        encoding += seconds() - start;
        need(status);
        XXH3_64bits_update(hash, ids.data(), ids.size() * sizeof ids[0]);
        tokens += ids.size();
    }
    std::printf("{\"program\":\"%s\",\"open\":%.6f,\"seconds\":%.6f,\"tokens\":%" PRIu64
                ",\"hash\":\"%016" PRIx64 "\"}\n",
                words[1], opened, encoding, tokens, (uint64_t)XXH3_64bits_digest(hash));
    XXH3_freeState(hash);
    return EXIT_SUCCESS;
}
