"""Macro-F1 and speed of SnowNLP, VADER, fastText and a linear SVM, on the test parts of labelled sets.

SnowNLP and VADER are asked as they come: three answers by their usual thresholds (below 0.4 negative and above 0.6
positive; beyond 0.05 of the compound score). fastText and the SVM (TF-IDF over runs of 1 to 3 characters, balanced) learn
from the set's own training part. Links and handles are made one token each; Chinese is not converted between scripts.
"""
import csv
import gzip
import os
import re
import subprocess
import sys
import tempfile
import time

SETS = [
    ("sentiment/zh_weibo_clause", "test"), ("sentiment/zh_brighter", "test"), ("sentiment/zh_dialog", "test"),
    ("sentiment/zh_amazon", "test"), ("sentiment/zh_chnsenticorp", "test_clean"), ("sentiment/zh_weibo_senti", "test"),
    ("sentiment/zht_openrice", "test"), ("sentiment/zht_tw_restaurant", "test"), ("sentiment/zht_tw_laptop", "test"),
    ("theme/zh_car_aspects", "test"), ("sentiment/en_semeval", "test"), ("sentiment/en_goemotions", "test"),
    ("sentiment/en_sxsw_brand", "test"), ("sentiment/ja_amazon", "test"), ("sentiment/ko_nsmc3", "test"),
    ("theme/zh_thucnews_titles", "test"),
]
STREAMS = [("stream/en_airline", "part1")]
SENTIMENT = ("neg", "neu", "pos")


def rows(data, name, part):
    path = os.path.join(data, f"{name}.{part}.tsv.gz")
    if not os.path.exists(path):
        return []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        table = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(clean(row["text"]), row["label"]) for row in table if row["label"] and row["label"] != "mixed"]


def clean(text):
    text = re.sub(r"https?://\S+", "LINK", text)
    return re.sub(r"@[\w.-]+", "HANDLE", text).replace("\n", " ").lower()


def macro_f1(truth, said):
    scores = []
    for label in sorted(set(truth)):
        hit = sum(t == s == label for t, s in zip(truth, said))
        named = sum(t == label for t in truth) + sum(s == label for s in said)
        scores.append(2 * hit / named if named else 0.0)
    return 100 * sum(scores) / len(scores)


def by_score(score, low, high, two_way, middle):
    if two_way:
        return "pos" if score >= middle else "neg"
    return "neg" if score < low else "pos" if score > high else "neu"


def snownlp(texts, two_way):
    from snownlp import SnowNLP
    return [by_score(SnowNLP(text).sentiments if text.strip() else 0.5, 0.4, 0.6, two_way, 0.5) for text in texts]


def vader(texts, two_way):
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    judge = SentimentIntensityAnalyzer()
    return [by_score(judge.polarity_scores(text)["compound"], -0.05, 0.05, two_way, 0.0) for text in texts]


def tokens(text, spaced):
    return text if spaced else " ".join(text.replace(" ", ""))


def fasttext(train, texts, spaced):
    import fasttext as library
    library.FastText.eprint = lambda *_: None
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8", delete=False) as file:
        file.writelines(f"__label__{label} {tokens(text, spaced)}\n" for text, label in train)
    model = library.train_supervised(file.name, lr=0.3, epoch=15, dim=100, wordNgrams=3, minn=2 if spaced else 0,
                                     maxn=4 if spaced else 0, minCount=1, bucket=500000, seed=1, thread=1, verbose=0)
    os.unlink(file.name)
    started = time.process_time()
    answers = [model.f.predict(tokens(text, spaced) + "\n", 1, 0.0, "strict") for text in texts]
    speed = len(texts) / (time.process_time() - started)
    return [answer[0][1].replace("__label__", "") if answer else train[0][1] for answer in answers], speed


def svm(train, texts, spaced):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC
    cut = dict(analyzer="char_wb", ngram_range=(2, 5)) if spaced else dict(analyzer="char", ngram_range=(1, 3))
    vectors = TfidfVectorizer(min_df=2, sublinear_tf=True, **cut)
    model = LinearSVC(C=0.5, class_weight="balanced").fit(vectors.fit_transform(t for t, _ in train), [l for _, l in train])
    return list(model.predict(vectors.transform(texts)))


def timed(function, *arguments):
    started = time.process_time()
    answers = function(*arguments)
    return answers, len(answers) / (time.process_time() - started)


def main():
    data = sys.argv[1]
    program = sys.argv[2] if len(sys.argv) > 2 else None
    print("| set | texts | as it comes | | fastText, own split | SVM, own split |\n|---|--:|---|--:|--:|--:|")
    speeds = {}
    for name, part in SETS + STREAMS:
        test, train = rows(data, name, part), rows(data, name, "train")
        if not test:
            continue
        language = os.path.basename(name)[:2]
        texts, truth = [t for t, _ in test], [l for _, l in test]
        sentiment, two_way = set(truth) <= set(SENTIMENT), "neu" not in truth
        tool, score = "", ""
        if sentiment and language in ("zh", "en"):
            tool, ask = ("SnowNLP", snownlp) if language == "zh" else ("VADER", vader)
            said, speed = timed(ask, texts[:2000], two_way)
            score = f"{macro_f1(truth[:2000], said):.1f}"
            speeds.setdefault(tool, []).append(speed)
        fast, linear = "", ""
        if train:
            said, speed = fasttext(train, texts, language in ("en", "ko"))
            fast = f"{macro_f1(truth, said):.1f}"
            speeds.setdefault(f"fastText {language}", []).append(speed)
            linear = f"{macro_f1(truth, svm(train, texts, language in ('en', 'ko'))):.1f}"
        print(f"| {os.path.basename(name)}.{part} | {len(test)} | {tool} | {score} | {fast} | {linear} |", flush=True)
    print("\n| one core | texts a second |\n|---|--:|")
    for tool, values in speeds.items():
        print(f"| {tool} | {sum(values) / len(values):,.0f} |")
    if program:
        for name, part in (("sentiment/zh_dialog", "test"), ("sentiment/en_semeval", "test")):
            texts = [text for text, _ in rows(data, name, part)] * 4
            started = time.time()
            subprocess.run([program, "classify", "--threads", "1"], input="\n".join(texts).encode(), check=True,
                           stdout=subprocess.DEVNULL)
            print(f"| hearken classify, {os.path.basename(name)}, with start and JSON | {len(texts) / (time.time() - started):,.0f} |")


if __name__ == "__main__":
    main()
