//! What can be said of the figures, in four languages; every sentence holds the mentions that bear it.

use chrono_tz::Tz;

use super::figures::{Cause, Figures, Totals};
use crate::domain::{Locale, MentionId, Sentiment, Timestamp};

/// One sentence with the mentions under it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sentence {
    /// In the report's language.
    pub text: String,
    /// The mentions that bear it; empty only where the sentence speaks of what was not heard or not said.
    pub evidence: Vec<MentionId>,
}

/// Writes every sentence that the figures bear.
pub fn write(figures: &Figures, locale: Locale) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    if let Some(cause) = figures.empty() {
        sentences.push(bare(why_empty(cause, figures, locale)));
    } else {
        sentences.push(Sentence { text: volume(figures, locale), evidence: figures.evidence.clone() });
        sentences.extend(negative(figures, locale));
        sentences.extend(themes(figures, locale));
        sentences.extend(rising(figures, locale));
        sentences.extend(passed_on(figures, locale));
        sentences.extend(happenings(figures, locale));
    }
    sentences.extend(apart(figures, locale));
    if figures.empty().is_none() && figures.heard < 0.99 {
        sentences.push(bare(not_heard(figures, locale)));
    }
    sentences
}

fn bare(text: String) -> Sentence {
    Sentence { text, evidence: Vec::new() }
}

/// A share as a whole per cent; below one per cent it says so.
pub(super) fn per_cent(share: f64) -> String {
    let value = share * 100.0;
    if value > 0.0 && value < 1.0 { "<1%".to_owned() } else { format!("{value:.0}%") }
}

/// A moment in the topic's zone.
pub(super) fn moment(at: Timestamp, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}

fn why_empty(cause: Cause, figures: &Figures, locale: Locale) -> String {
    let heard = per_cent(figures.heard);
    match (cause, locale) {
        (Cause::NothingSaid, Locale::ZhTw) => "這段期間來源都有收聽，沒有人提到這個主題。".to_owned(),
        (Cause::NothingSaid, Locale::ZhCn) => "这段时间来源都有收听，没有人提到这个主题。".to_owned(),
        (Cause::NothingSaid, Locale::En) => {
            "The sources were heard throughout, and nobody mentioned this topic.".to_owned()
        }
        (Cause::NothingSaid, Locale::Ja) => {
            "期間中すべての情報源を受信していましたが、この話題への言及はありませんでした。".to_owned()
        }
        (Cause::NothingHeard, Locale::ZhTw) => "這段期間沒有收聽到任何來源，因此無法知道有沒有人提到。".to_owned(),
        (Cause::NothingHeard, Locale::ZhCn) => "这段时间没有收听到任何来源，因此无法知道有没有人提到。".to_owned(),
        (Cause::NothingHeard, Locale::En) => {
            "No source was heard in this period, so we cannot know what was said.".to_owned()
        }
        (Cause::NothingHeard, Locale::Ja) => "この期間はどの情報源も受信できず、言及の有無はわかりません。".to_owned(),
        (Cause::PartlyHeard, Locale::ZhTw) => format!("這段期間只收聽到 {heard} 的時間，其中沒有人提到這個主題。"),
        (Cause::PartlyHeard, Locale::ZhCn) => format!("这段时间只收听到 {heard} 的时间，其中没有人提到这个主题。"),
        (Cause::PartlyHeard, Locale::En) => {
            format!("Only {heard} of this period was heard, and nobody spoke of this topic in it.")
        }
        (Cause::PartlyHeard, Locale::Ja) => {
            format!("この期間に受信できたのは {heard} のみで、その間に言及はありませんでした。")
        }
    }
}

/// Against the former period: only when that was heard about as well as this one.
fn change(now: i64, before: i64, comparable: bool, locale: Locale) -> String {
    if !comparable {
        return match locale {
            Locale::ZhTw => "前期收聽不完整，不做比較".to_owned(),
            Locale::ZhCn => "前期收听不完整，不做比较".to_owned(),
            Locale::En => "no comparison, since the former period was not heard as well".to_owned(),
            Locale::Ja => "前期間の受信が不完全なため比較しません".to_owned(),
        };
    }
    let per = |n: i64| {
        if before > 0 { format!("{:+.0}%", (n - before) as f64 / before as f64 * 100.0) } else { format!("{n:+}") }
    };
    match locale {
        Locale::ZhTw => format!("前期 {before} 則，{}", per(now)),
        Locale::ZhCn => format!("前期 {before} 条，{}", per(now)),
        Locale::En => format!("{before} in the former period, {}", per(now)),
        Locale::Ja => format!("前期間 {before} 件、{}", per(now)),
    }
}

fn comparable(figures: &Figures) -> bool {
    figures.has_before() && (figures.heard - figures.heard_before).abs() <= 0.1
}

fn volume(figures: &Figures, locale: Locale) -> String {
    let Totals { mentions, originals, spread, .. } = figures.now;
    let authors = authors(&figures.now, locale);
    let against = change(mentions, figures.before.mentions, comparable(figures), locale);
    match locale {
        Locale::ZhTw => {
            format!("共 {mentions} 則提及（{against}）：原創 {originals} 則、轉傳 {spread} 則，{authors}。")
        }
        Locale::ZhCn => {
            format!("共 {mentions} 条提及（{against}）：原创 {originals} 条、转发 {spread} 条，{authors}。")
        }
        Locale::En => format!(
            "{} ({against}): {}, passed on {}, {authors}.",
            so_many(mentions, "mention"),
            so_many(originals, "original"),
            so_often(spread)
        ),
        Locale::Ja => {
            format!("言及は {mentions} 件（{against}）：オリジナル {originals} 件、拡散 {spread} 件、{authors}。")
        }
    }
}

/// Who wrote: mentions without an author's name are told apart from one author.
fn authors(totals: &Totals, locale: Locale) -> String {
    let (n, nameless) = (totals.authors, totals.nameless);
    match (locale, n, nameless) {
        (Locale::ZhTw, 0, 1..) => "作者都沒有具名".to_owned(),
        (Locale::ZhTw, _, 1..) => format!("來自 {n} 位作者，另有 {nameless} 則沒有具名"),
        (Locale::ZhTw, ..) => format!("來自 {n} 位作者"),
        (Locale::ZhCn, 0, 1..) => "作者都没有具名".to_owned(),
        (Locale::ZhCn, _, 1..) => format!("来自 {n} 位作者，另有 {nameless} 条没有具名"),
        (Locale::ZhCn, ..) => format!("来自 {n} 位作者"),
        (Locale::En, 0, 1..) => "with no author named".to_owned(),
        (Locale::En, _, 1..) => format!("by {}, and {nameless} without an author's name", so_many(n, "author")),
        (Locale::En, ..) => format!("by {}", so_many(n, "author")),
        (Locale::Ja, 0, 1..) => "投稿者はすべて不明".to_owned(),
        (Locale::Ja, _, 1..) => format!("投稿者 {n} 人、ほか {nameless} 件は投稿者不明"),
        (Locale::Ja, ..) => format!("投稿者 {n} 人"),
    }
}

/// In English, one is not many.
fn so_many(count: i64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn negative(figures: &Figures, locale: Locale) -> Option<Sentence> {
    let share = per_cent(figures.now.negative_share()?);
    let before = figures.before.negative_share().filter(|_| comparable(figures)).map(per_cent);
    let n = figures.now.negative;
    let unsure = figures.now.unsure;
    let text = match (locale, before) {
        (Locale::ZhTw, Some(before)) => format!("負面 {n} 則，占 {share}，前期 {before}；另有 {unsure} 則無法確定。"),
        (Locale::ZhTw, None) => format!("負面 {n} 則，占 {share}；另有 {unsure} 則無法確定。"),
        (Locale::ZhCn, Some(before)) => format!("负面 {n} 条，占 {share}，前期 {before}；另有 {unsure} 条无法确定。"),
        (Locale::ZhCn, None) => format!("负面 {n} 条，占 {share}；另有 {unsure} 条无法确定。"),
        (Locale::En, Some(before)) => {
            format!("{n} negative, {share} against {before} before; {unsure} more could not be told.")
        }
        (Locale::En, None) => format!("{n} negative, {share}; {unsure} more could not be told."),
        (Locale::Ja, Some(before)) => {
            format!("否定的な言及は {n} 件（{share}、前期間 {before}）。ほか {unsure} 件は判定できませんでした。")
        }
        (Locale::Ja, None) => format!("否定的な言及は {n} 件（{share}）。ほか {unsure} 件は判定できませんでした。"),
    };
    let of =
        |wanted| figures.sentiments.iter().filter(move |row| row.what == wanted).flat_map(|row| row.evidence.clone());
    let evidence: Vec<MentionId> = of(Sentiment::Negative).chain(of(Sentiment::Unsure)).collect();
    // With neither negative nor unsure mentions, the sentence rests on all of them.
    Some(Sentence { text, evidence: if evidence.is_empty() { figures.evidence.clone() } else { evidence } })
}

fn themes(figures: &Figures, locale: Locale) -> Option<Sentence> {
    let first: Vec<_> = figures.themes.iter().filter(|row| row.now > 0).take(3).collect();
    if first.is_empty() {
        return None;
    }
    let list = |of: &str| -> Vec<String> {
        first.iter().map(|row| format!("{} {}{of}", figures.theme_title(&row.what, locale), row.now)).collect()
    };
    let text = match locale {
        Locale::ZhTw => format!("最常談到：{}。", list(" 則").join("、")),
        Locale::ZhCn => format!("最常谈到：{}。", list(" 条").join("、")),
        Locale::En => format!("Most spoken of: {}.", list("").join(", ")),
        Locale::Ja => format!("多く語られたテーマ：{}。", list(" 件").join("、")),
    };
    Some(Sentence { text, evidence: united(first.iter().map(|row| row.evidence.as_slice())) })
}

fn rising(figures: &Figures, locale: Locale) -> Option<Sentence> {
    let first: Vec<_> = figures.rising.iter().take(5).collect();
    if first.is_empty() || !comparable(figures) {
        return None;
    }
    let list: Vec<String> = first
        .iter()
        .map(|word| match locale {
            Locale::ZhTw | Locale::ZhCn => format!("「{}」{}→{}", word.word, word.before, word.now),
            Locale::En => format!("“{}” {}→{}", word.word, word.before, word.now),
            Locale::Ja => format!("「{}」{}→{}", word.word, word.before, word.now),
        })
        .collect();
    let text = match locale {
        Locale::ZhTw => format!("比前期明顯增加的詞：{}。", list.join("、")),
        Locale::ZhCn => format!("比前期明显增加的词：{}。", list.join("、")),
        Locale::En => format!("Words that rose: {}.", list.join(", ")),
        Locale::Ja => format!("前期間より目立って増えた語：{}。", list.join("、")),
    };
    Some(Sentence { text, evidence: united(first.iter().map(|word| word.evidence.as_slice())) })
}

fn passed_on(figures: &Figures, locale: Locale) -> Option<Sentence> {
    let story = figures.top.first()?;
    let (times, author) = (story.times, story.item.author.as_str());
    let text = match locale {
        Locale::ZhTw if author.is_empty() => format!("轉傳最多的一則被轉傳 {times} 次。"),
        Locale::ZhCn if author.is_empty() => format!("转发最多的一条被转发 {times} 次。"),
        Locale::En if author.is_empty() => format!("Passed on most: one post, {}.", so_often(times)),
        Locale::Ja if author.is_empty() => format!("最も拡散した投稿は {times} 回拡散されました。"),
        Locale::ZhTw => format!("轉傳最多的一則是 {author} 的貼文，被轉傳 {times} 次。"),
        Locale::ZhCn => format!("转发最多的一条是 {author} 的帖子，被转发 {times} 次。"),
        Locale::En => format!("Passed on most: a post by {author}, {}.", so_often(times)),
        Locale::Ja => format!("最も拡散したのは {author} の投稿で、{times} 回。"),
    };
    Some(Sentence { text, evidence: story.evidence.clone() })
}

fn so_often(times: i64) -> String {
    if times == 1 { "once".to_owned() } else { format!("{times} times") }
}

fn happenings(figures: &Figures, locale: Locale) -> Vec<Sentence> {
    let sentence = |happening: &super::figures::Happening| {
        let since = moment(happening.since, figures.zone);
        let (n, usual) = (happening.negative, happening.usual);
        let text = match locale {
            Locale::ZhTw => format!("{since} 起負面聲量異常：最高 {n} 則，平常約 {usual:.1} 則。"),
            Locale::ZhCn => format!("{since} 起负面声量异常：最高 {n} 条，平常约 {usual:.1} 条。"),
            Locale::En => format!("Since {since} negative mentions surged: {n} at the peak, usually {usual:.1}."),
            Locale::Ja => format!("{since} から否定的な言及が急増：最大 {n} 件、通常は約 {usual:.1} 件。"),
        };
        Sentence { text, evidence: happening.evidence.clone() }
    };
    figures.happenings.iter().map(sentence).collect()
}

/// What is no talk is told as one line, and is in no other.
fn apart(figures: &Figures, locale: Locale) -> Option<Sentence> {
    let n = figures.apart.len();
    let text = match locale {
        _ if n == 0 => return None,
        Locale::ZhTw => format!("另有 {n} 則廣告、抽獎、機器人等垃圾訊息，不計入以上數字。"),
        Locale::ZhCn => format!("另有 {n} 条广告、抽奖、机器人等垃圾信息，不计入以上数字。"),
        Locale::En if n == 1 => "1 advert or the like was set apart and is in none of these figures.".to_owned(),
        Locale::En => format!("{n} adverts and the like were set apart and are in none of these figures."),
        Locale::Ja => format!("ほかに広告・懸賞・ボットなどの迷惑投稿 {n} 件は、以上の数値に含めていません。"),
    };
    Some(Sentence { text, evidence: figures.apart.clone() })
}

fn not_heard(figures: &Figures, locale: Locale) -> String {
    let heard = per_cent(figures.heard);
    let gaps = figures.gaps.len();
    match locale {
        Locale::ZhTw => format!("這段期間收聽到 {heard} 的時間，有 {gaps} 段沒有收聽；數字可能偏低。"),
        Locale::ZhCn => format!("这段时间收听到 {heard} 的时间，有 {gaps} 段没有收听；数字可能偏低。"),
        Locale::En => {
            format!("{heard} of this period was heard, with {}; the numbers may be low.", so_many(gaps as i64, "gap"))
        }
        Locale::Ja => format!("受信できたのは期間の {heard}、欠落 {gaps} 区間。数値は少なめの可能性があります。"),
    }
}

fn united<'a>(lists: impl Iterator<Item = &'a [MentionId]>) -> Vec<MentionId> {
    let set: std::collections::BTreeSet<&MentionId> = lists.flatten().collect();
    set.into_iter().cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::figures::tests::{figures, item};

    #[test]
    fn every_sentence_about_mentions_names_them() {
        let items: Vec<_> = (0..8).map(|n| item(n, Sentiment::Negative, "拿鐵 發霉")).collect();
        for locale in Locale::ALL {
            let sentences = write(&figures(&items, &items[..4], 1.0), *locale);
            assert!(sentences.len() >= 2);
            for sentence in &sentences {
                assert!(!sentence.evidence.is_empty(), "{}", sentence.text);
                assert!(sentence.evidence.iter().all(|id| items.iter().any(|item| item.id == *id)));
            }
        }
    }

    #[test]
    fn what_was_set_apart_is_one_sentence_with_its_mentions() {
        let advert = item(9, Sentiment::Negative, "加LINE抽獎").id;
        let items: Vec<_> = (0..3).map(|n| item(n, Sentiment::Negative, "拿鐵 發霉")).collect();
        for locale in Locale::ALL {
            for items in [&items[..], &[]] {
                let mut figures = figures(items, &[], 1.0);
                let without = write(&figures, *locale);
                figures.apart = vec![advert.clone()];
                let told = write(&figures, *locale);
                assert_eq!(told.len(), without.len() + 1);
                let last = told.last().expect("a sentence");
                assert!(last.text.contains('1') && last.evidence == [advert.clone()], "{}", last.text);
            }
        }
    }

    #[test]
    fn an_empty_week_is_one_sentence_and_invents_nothing() {
        let sentences = write(&figures(&[], &[], 1.0), Locale::ZhTw);
        assert_eq!(sentences.len(), 1);
        assert!(sentences[0].text.contains("沒有人提到"));
    }
}
