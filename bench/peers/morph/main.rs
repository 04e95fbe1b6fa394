// SPDX-License-Identifier: Apache-2.0
//
// Vibrato and Lindera over the lines of a file in memory, one thread, wakati, as bench/morph_texts.c
// prints it: seconds of the processor in the best round, bytes of text, bytes of output, XXH3.
//
//   morph_peers vibrato-build SOURCES OUTPUT LINES   ids mapped by how often LINES use them
//   morph_peers lindera-build SOURCES OUTPUT METADATA
//   morph_peers vibrato|lindera DICTIONARY ROUNDS LINES
//
// SOURCES: MeCab's csv and def files in UTF-8, the csv files joined in lex.csv for Vibrato.
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;

use xxhash_rust::xxh3::Xxh3;

type Failure = Box<dyn std::error::Error>;

/// MeCab's limit of characters in one unknown word.
const GROUPING: usize = 24;

fn read_vibrato(path: &Path) -> Result<vibrato::Dictionary, Failure> {
    Ok(vibrato::Dictionary::read(BufReader::new(File::open(path)?))?)
}

fn vibrato_tokenizer(dictionary: vibrato::Dictionary) -> Result<vibrato::Tokenizer, Failure> {
    Ok(vibrato::Tokenizer::new(dictionary)
        .ignore_space(true)?
        .max_grouping_len(GROUPING))
}

/// Compiles the sources, counts which context ids the lines ask for, and numbers them by that.
fn build_vibrato(sources: &Path, output: &Path, lines: &str) -> Result<(), Failure> {
    let open = |name: &str| File::open(sources.join(name)).map(BufReader::new);
    let build = || -> Result<vibrato::Dictionary, Failure> {
        Ok(vibrato::SystemDictionaryBuilder::from_readers(
            open("lex.csv")?,
            open("matrix.def")?,
            open("char.def")?,
            open("unk.def")?,
        )?)
    };
    let tokenizer = vibrato_tokenizer(build()?)?;
    let mut worker = tokenizer.new_worker();
    worker.init_connid_counter();
    for line in lines.lines() {
        worker.reset_sentence(line);
        worker.tokenize();
        worker.update_connid_counts();
    }
    let (left, right) = worker.compute_connid_probs();
    let ids = |all: Vec<(usize, f64)>| all.into_iter().map(|(id, _)| id as u16);
    let mapped = build()?.map_connection_ids_from_iter(ids(left), ids(right))?;
    let mut file = BufWriter::new(File::create(output)?);
    mapped.write(&mut file)?;
    file.flush()?;
    Ok(())
}

fn build_lindera(sources: &Path, output: &Path, metadata: &Path) -> Result<(), Failure> {
    let metadata = serde_json::from_reader(BufReader::new(File::open(metadata)?))?;
    let builder = lindera_dictionary::builder::DictionaryBuilder::new(metadata);
    Ok(builder.build_dictionary(sources, output)?)
}

fn processor_seconds() -> f64 {
    #[repr(C)]
    struct Timespec {
        seconds: i64,
        nanoseconds: i64,
    }
    extern "C" {
        fn clock_gettime(clock: i32, time: *mut Timespec) -> i32;
    }
    const PROCESS_CPUTIME: i32 = 2; // Linux
    let mut time = Timespec { seconds: 0, nanoseconds: 0 };
    // SAFETY: the structure is what Linux writes on 64-bit machines.
    unsafe { clock_gettime(PROCESS_CPUTIME, &mut time) };
    time.seconds as f64 + time.nanoseconds as f64 / 1e9
}

/// Runs `analyse` over the lines, which appends the output of one: once for the hash, then in rounds.
fn measure<F>(lines: &str, rounds: usize, mut analyse: F) -> Result<(), Failure>
where
    F: FnMut(&str, &mut Vec<u8>) -> Result<(), Failure>,
{
    let mut output = Vec::new();
    let mut hash = Xxh3::new();
    let mut total = 0;
    let mut best = f64::INFINITY;
    for round in 0..=rounds {
        let start = processor_seconds();
        for line in lines.lines() {
            output.clear();
            analyse(line, &mut output)?;
            output.push(b'\n');
            if round == 0 {
                total += output.len();
                hash.update(&output);
            }
        }
        if round > 0 {
            best = best.min(processor_seconds() - start);
        }
    }
    println!("{:.4} {} {} {:016x}", best, lines.len(), total, hash.digest());
    Ok(())
}

fn append(output: &mut Vec<u8>, surface: &str) {
    output.extend_from_slice(surface.as_bytes());
    output.push(b' ');
}

fn run_vibrato(dictionary: &Path, rounds: usize, lines: &str) -> Result<(), Failure> {
    let tokenizer = vibrato_tokenizer(read_vibrato(dictionary)?)?;
    let mut worker = tokenizer.new_worker();
    measure(lines, rounds, |line, output| {
        worker.reset_sentence(line);
        worker.tokenize();
        for token in worker.token_iter() {
            append(output, token.surface());
        }
        Ok(())
    })
}

fn run_lindera(dictionary: &Path, rounds: usize, lines: &str) -> Result<(), Failure> {
    let loaded = lindera::dictionary::load_fs_dictionary_with_options(dictionary, true)?;
    let segmenter = lindera::segmenter::Segmenter::new(lindera::mode::Mode::Normal, loaded, None)
        .max_grouping_len(Some(GROUPING));
    let mut worker = segmenter.into_worker();
    measure(lines, rounds, |line, output| {
        for token in worker.segment(line)? {
            append(output, &token.surface);
        }
        Ok(())
    })
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["vibrato-build", sources, output, lines] => {
            let lines = std::fs::read_to_string(lines)?;
            build_vibrato(sources.as_ref(), output.as_ref(), &lines)
        }
        ["lindera-build", sources, output, metadata] => {
            build_lindera(sources.as_ref(), output.as_ref(), metadata.as_ref())
        }
        ["vibrato", dictionary, rounds, lines] => {
            let lines = std::fs::read_to_string(lines)?;
            run_vibrato(dictionary.as_ref(), rounds.parse()?, &lines)
        }
        ["lindera", dictionary, rounds, lines] => {
            let lines = std::fs::read_to_string(lines)?;
            run_lindera(dictionary.as_ref(), rounds.parse()?, &lines)
        }
        _ => Err("see the head of main.rs".into()),
    }
}
