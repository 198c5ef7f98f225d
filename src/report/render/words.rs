//! The report's own words.

use crate::domain::{Locale, Sentiment};

/// Headings and column names of one language.
pub(super) struct Words {
    pub(super) report: &'static str,
    pub(super) period: &'static str,
    pub(super) sentiment: &'static str,
    pub(super) themes: &'static str,
    pub(super) platforms: &'static str,
    pub(super) languages: &'static str,
    pub(super) rising: &'static str,
    pub(super) unnamed: &'static str,
    pub(super) top: &'static str,
    pub(super) worst: &'static str,
    pub(super) now: &'static str,
    pub(super) before: &'static str,
    pub(super) negative: &'static str,
    pub(super) passed_on: &'static str,
    pub(super) evidence: &'static str,
    pub(super) heard: &'static str,
    pub(super) more: &'static str,
}

/// The words of a locale.
pub(super) fn words(locale: Locale) -> &'static Words {
    match locale {
        Locale::ZhTw => &Words {
            report: "輿情報告",
            period: "期間",
            sentiment: "情緒",
            themes: "談論的原因",
            platforms: "平台",
            languages: "語言",
            rising: "上升的詞",
            unnamed: "負評裡新出現的話題",
            top: "轉傳最多的原文",
            worst: "最負面的原文",
            now: "本期",
            before: "前期",
            negative: "負面",
            passed_on: "轉傳",
            evidence: "依據",
            heard: "收聽比例",
            more: "則",
        },
        Locale::ZhCn => &Words {
            report: "舆情报告",
            period: "期间",
            sentiment: "情绪",
            themes: "谈论的原因",
            platforms: "平台",
            languages: "语言",
            rising: "上升的词",
            unnamed: "差评里新出现的话题",
            top: "转发最多的原文",
            worst: "最负面的原文",
            now: "本期",
            before: "前期",
            negative: "负面",
            passed_on: "转发",
            evidence: "依据",
            heard: "收听比例",
            more: "条",
        },
        Locale::En => &Words {
            report: "Listening report",
            period: "Period",
            sentiment: "Sentiment",
            themes: "Why people spoke",
            platforms: "Platforms",
            languages: "Languages",
            rising: "Rising words",
            unnamed: "New in negative talk",
            top: "Originals passed on most",
            worst: "Most negative originals",
            now: "Now",
            before: "Before",
            negative: "Negative",
            passed_on: "Passed on",
            evidence: "Evidence",
            heard: "Heard",
            more: "mentions",
        },
        Locale::Ja => &Words {
            report: "リスニングレポート",
            period: "期間",
            sentiment: "感情",
            themes: "語られた理由",
            platforms: "プラットフォーム",
            languages: "言語",
            rising: "増えた語",
            unnamed: "否定的な声に新しく現れた話題",
            top: "最も拡散したオリジナル",
            worst: "最も否定的なオリジナル",
            now: "今期",
            before: "前期間",
            negative: "否定的",
            passed_on: "拡散",
            evidence: "根拠",
            heard: "受信率",
            more: "件",
        },
    }
}

/// A leaning's name.
pub(super) fn sentiment(sentiment: Sentiment, locale: Locale) -> &'static str {
    let names = match locale {
        Locale::ZhTw => ["負面", "中性", "正面", "無法確定"],
        Locale::ZhCn => ["负面", "中性", "正面", "无法确定"],
        Locale::En => ["negative", "neutral", "positive", "unsure"],
        Locale::Ja => ["否定的", "中立", "肯定的", "判定不能"],
    };
    match sentiment {
        Sentiment::Negative => names[0],
        Sentiment::Neutral => names[1],
        Sentiment::Positive => names[2],
        Sentiment::Unsure => names[3],
    }
}
