#!/usr/bin/env python3
"""How often lingua (PyPI lingua-language-detector) tells the language of the sets of `hearken bench language`.

    pip install lingua-language-detector
    python3 benches/langid_rivals.py DIR        # DIR/langid/SET.tsv.gz, columns id, text, label

All kinds of Chinese count as one, since lingua knows one. Prints the table's rows for lingua, restricted to the four languages
and unrestricted.
"""

import collections
import gzip
import pathlib
import sys

import lingua
from lingua import Language, LanguageDetectorBuilder

SETS = ["lingua_sentences", "lingua_word-pairs", "lingua_single-words", "social.dev"]
WORDS = {Language.CHINESE: "zh", Language.JAPANESE: "ja", Language.KOREAN: "ko", Language.ENGLISH: "en"}


def rows(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
        names = next(file).rstrip("\n").split("\t")
        for line in file:
            row = dict(zip(names, line.rstrip("\n").split("\t")))
            yield row["text"], row["label"]


def main(folder):
    four = LanguageDetectorBuilder.from_languages(*WORDS).build()
    every = LanguageDetectorBuilder.from_all_languages().build()
    print(f"lingua {getattr(lingua, '__version__', '?')}", file=sys.stderr)
    print("| set | language | texts | lingua, these four | lingua, all |\n|---|---|--:|--:|--:|")
    for name in SETS:
        path = pathlib.Path(folder, "langid", f"{name}.tsv.gz")
        if not path.exists():
            continue
        texts, right = collections.Counter(), collections.Counter()
        for text, label in rows(path):
            wanted = "zh" if label.startswith(("zh", "yue")) else label
            texts[wanted] += 1
            for rival, detector in (("four", four), ("all", every)):
                right[rival, wanted] += WORDS.get(detector.detect_language_of(text)) == wanted
        for wanted in sorted(texts):
            shares = [100 * right[rival, wanted] / texts[wanted] for rival in ("four", "all")]
            print(f"| {name.removesuffix('.dev')} | {wanted} | {texts[wanted]} | {shares[0]:.1f} | {shares[1]:.1f} |")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
