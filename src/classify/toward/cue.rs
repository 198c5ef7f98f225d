//! Words beside a name that set it against another: 比, 不如, 屌打, than, beats, より, 보다.
//!
//! In: folded text around a name. Out: what the words make of it: the measure of a comparison, its winner or its loser.
//! Never: looks beyond the stretch it is given.

use std::ops::Range;
use std::sync::OnceLock;

use crate::text::fold;

/// What a cue makes of the name it stands at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The other is measured against it: what is said is said of the other, and the reverse of it.
    Measure,
    /// The same under a negation: `沒有 B 好`, `not as good as B`.
    MeasureOfNot,
    /// It comes off better.
    Wins,
    /// It comes off worse.
    Loses,
}

/// A pattern: what stands before the name, and what stands after it. An empty list asks for nothing.
struct Cue {
    role: Role,
    before: Vec<String>,
    after: Vec<String>,
    /// How many characters may lie between the name and the words before and after it.
    gaps: (usize, usize),
}

/// What a cue found.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    pub(super) role: Role,
    /// The words that said so, in the folded text.
    pub(super) words: Vec<Range<usize>>,
}

const fn cue(
    role: Role,
    before: &'static str,
    after: &'static str,
    gaps: (usize, usize),
) -> (Role, &'static str, &'static str, (usize, usize)) {
    (role, before, after, gaps)
}

/// In the order they are tried. Words are set apart by `|`.
const CUES: &[(Role, &str, &str, (usize, usize))] = &[
    // Chinese.
    cue(Role::Wins, "被", "屌打|吊打|完勝|碾壓|打爆|打趴|秒殺|海放|狠甩|甩開|比下去|打敗|完爆|慘電", (1, 4)),
    cue(
        Role::Loses,
        "從|由",
        "換到|換成|換去|換回|跳到|跳槽|跳去|轉到|轉去|轉投|改用|改喝|改吃|改去|改買|搬到|搬去|跑去|投奔|換了|跳船",
        (3, 8),
    ),
    cue(
        Role::Wins,
        "不如|不及|比不上|比不過|遠不如|還不如|輸給|輸|慘輸|遜於|遜色於|劣於|差|敗給|不敵|追不上|跟不上",
        "",
        (2, 0),
    ),
    cue(
        Role::Loses,
        "屌打|吊打|完勝|勝過|勝|贏過|贏|碾壓|打爆|打趴|秒殺|海放|狠甩|甩|打敗|擊敗|完爆|慘電|強過|好過|優於|高於|超越|超過|領先|壓過",
        "",
        (2, 0),
    ),
    cue(
        Role::MeasureOfNot,
        "沒有|沒|不比|不像|不會比",
        "那麼|這麼|那樣|這樣|好|強|快|穩|便宜|香|讚|爛|差|貴|吵|難|慢",
        (3, 2),
    ),
    cue(Role::Measure, "相較於|相較|相比於|相比|對比|比起|較之|有別於|不同於", "", (3, 0)),
    cue(Role::Measure, "跟|和|與|同|拿", "比起來|相比|比較起來|比較|比|一比|對比", (2, 3)),
    cue(Role::Measure, "比", "", (4, 0)),
    cue(
        Role::Loses,
        "換掉|退掉|退訂|退租|退|棄|棄用|放棄|告別|取代|賣掉|刪掉|刪了|刪|脫離|逃離|離開|解約|不再去|不再買|再也不去|再也不買",
        "",
        (2, 0),
    ),
    cue(
        Role::Wins,
        "換到|換成|換去|換回|換了|換|跳到|跳槽到|轉到|轉投|轉去|改用|改喝|改吃|改去|改買|改訂|改搭|改看|改叫|改選|改成|回去買|回去吃|回去|回到|投奔|寧可|寧願|寧可去|寧願去|還好有|好險有|幸好有|還是|早知道|認明|只買|只喝|只去|只認|首選|大勝",
        "",
        (3, 0),
    ),
    // Japanese.
    cue(
        Role::Measure,
        "",
        "より|よりも|に比べ|と比べ|に比べて|と比べて|と比べると|に比べると|と違って|と違い|とは違って|とは違い|と比較",
        (0, 4),
    ),
    cue(
        Role::Wins,
        "",
        "に負け|に劣る|に劣り|に及ばない|に及びません|にかなわない|には敵わない|に敵わない|には及ばない|には勝てない|に勝てない|に惨敗|に完敗",
        (0, 2),
    ),
    cue(Role::Loses, "", "に勝る|に勝って|に勝ち|に圧勝|を圧倒|を超え|を上回|を凌", (0, 2)),
    cue(
        Role::Loses,
        "",
        "から乗り換|をやめて|をやめ|を解約|から買い替|から買い換|から変え|から替え|から換え|から切り替|から機種変",
        (0, 3),
    ),
    cue(
        Role::Wins,
        "",
        "に乗り換|に買い替|に買い換|に変え|に替え|に換え|に切り替|に移|に戻|一択|にして正解|に軍配|の圧勝|の勝ち|の方が断然|の完勝",
        (0, 3),
    ),
    // Korean.
    cue(
        Role::Measure,
        "",
        "보다|에 비해|에 비하면|랑 비교|와 비교|과 비교|이랑 비교|하고 비교|랑 달리|와 달리|과 달리",
        (0, 2),
    ),
    cue(Role::Wins, "", "만 못|에 밀리|에 졌|한테 졌|한테 밀", (0, 2)),
    cue(Role::Loses, "", "에서 갈아|해지|탈퇴|환불받고|버리고|접고|때려치", (0, 3)),
    cue(
        Role::Wins,
        "",
        "로 갈아|으로 갈아|로 바꾸|으로 바꾸|로 바꿨|으로 바꿨|로 옮|으로 옮|로 넘어|으로 넘어|로 바꿈|으로 바꿈|로 정착|으로 정착|만 삽니다|만 쓴다|압승|의 승리",
        (0, 2),
    ),
    // English.
    cue(
        Role::MeasureOfNot,
        "not as good as|nowhere near as good as|not nearly as good as|isn't as good as|n't as good as|nothing like|can't compete with|doesn't compare to|no match for|never as good as",
        "",
        (8, 0),
    ),
    cue(Role::Wins, "can't beat|can't touch|lost to|loses to|losing to|inferior to", "", (8, 0)),
    cue(Role::Measure, "than|compared to|compared with|unlike|versus", "", (10, 0)),
    cue(
        Role::Loses,
        "gave up on|giving up on|goodbye to|bye|beats|beat|outperforms|outperformed|outclasses|crushes|crushed|destroys|destroyed|blows|smokes|superior to|ditched|ditching|cancelled|cancelling|canceled|canceling|quit|quitting|done with|instead of|rather than|replaced|switched from|switching from|moved from|moving from|went from|came from|coming from|prefer it to|preferred it to|better off without",
        "",
        (8, 0),
    ),
    cue(
        Role::Wins,
        "switched to|switching to|switch back to|switched back to|moved to|moving to|went back to|going back to|went straight to|went with|going with|sticking with|stick with|prefer|preferred|switch to|jumped to|jumping to|upgraded to|stay with|staying with",
        "",
        (8, 0),
    ),
];

/// 比 in these words compares nothing.
const NOT_BI: &[&str] = &["较", "如", "例", "赛", "重", "方", "价", "特", "照"];

/// Words that say plainly that what is measured is better, and that it is worse.
const PLAIN: [&str; 2] = [
    "better|nicer|faster|smoother|tastier|superior|好太多|好多了|好得多|好很多|好一點|好用|好喝|好吃|好看|好穿|更好|還好|強太多|強多了|強很多|穩太多|穩多了|棒|優秀|ほうがいい|方がいい|方が良い|ほうが良い|断然いい|ずっといい|マシ|美味しい|おいしい|快適|나아|낫|나은|나음|더 좋|훨씬 좋|더 맛있",
    "worse|slower|inferior|差|爛|糟|難吃|難喝|難用|難看|慢|悪い|ひどい|劣|まずい|못하|별로|나빠|나쁘|더 느",
];

/// Whether a stretch says plainly that something is better (or worse) than what it is measured against.
pub(super) fn compares(stretch: &str) -> Option<bool> {
    static WORDS: OnceLock<[Vec<String>; 2]> = OnceLock::new();
    let words = WORDS.get_or_init(|| PLAIN.map(|list| list.split('|').map(fold).collect()));
    let [better, worse] = words.each_ref().map(|words| {
        words.iter().any(|word| {
            let mut places = stretch.match_indices(word.as_str());
            places
                .any(|(at, _)| !stretch.get(..at).is_some_and(|before| before.trim_end().ends_with(['不', '没', '相'])))
        })
    });
    (better != worse).then_some(better)
}

fn cues() -> &'static [Cue] {
    static CUES_READ: OnceLock<Vec<Cue>> = OnceLock::new();
    CUES_READ.get_or_init(|| {
        let words = |list: &str| list.split('|').filter(|word| !word.is_empty()).map(fold).collect();
        CUES.iter()
            .map(|(role, before, after, gaps)| Cue {
                role: *role,
                before: words(before),
                after: words(after),
                gaps: *gaps,
            })
            .collect()
    })
}

/// What the words around a name say: `stretch` is where they may stand, from the last name or end of a sentence before
/// it to the next one after it.
pub(super) fn at(folded: &str, stretch: &Range<usize>, name: &Range<usize>) -> Option<Found> {
    let before = folded.get(stretch.start..name.start)?;
    let after = folded.get(name.end..stretch.end)?;
    if asks(folded.get(name.end..)?) {
        return None;
    }
    cues().iter().find_map(|cue| {
        let ahead =
            if cue.before.is_empty() { Some(None) } else { ends_with(before, &cue.before, cue.gaps.0).map(Some) };
        let behind =
            if cue.after.is_empty() { Some(None) } else { begins_with(after, &cue.after, cue.gaps.1).map(Some) };
        let (ahead, behind) = ahead.zip(behind)?;
        let ahead = ahead.map(|place| place.start + stretch.start..place.end + stretch.start);
        let behind = behind.map(|place| place.start + name.end..place.end + name.end);
        Some(Found { role: cue.role, words: ahead.into_iter().chain(behind).collect() })
    })
}

/// Whether the sentence that goes on here is a question: it compares nothing yet.
fn asks(rest: &str) -> bool {
    let end = rest.find(super::clause::ends).unwrap_or(rest.len());
    let (sentence, mark) = (rest.get(..end).unwrap_or_default(), rest.get(end..).unwrap_or_default());
    mark.starts_with('?') || sentence.trim_end().ends_with(['吗', '嘛'])
}

/// Where one of the words stands at the end of a stretch, with at most `gap` characters after it.
fn ends_with(stretch: &str, words: &[String], gap: usize) -> Option<Range<usize>> {
    let mut best: Option<Range<usize>> = None;
    for word in words {
        let Some(start) = stretch.rfind(word.as_str()) else { continue };
        let end = start + word.len();
        let between = stretch.get(end..)?;
        if is_gap(between, gap) && stands_alone(stretch, start, end) && !(word == "比" && no_comparison(between)) {
            let longer = best.as_ref().is_none_or(|best| (end, word.len()) > (best.end, best.end - best.start));
            if longer {
                best = Some(start..end);
            }
        }
    }
    best
}

/// Where one of the words stands at the beginning of a stretch, with at most `gap` characters before it.
fn begins_with(stretch: &str, words: &[String], gap: usize) -> Option<Range<usize>> {
    let mut best: Option<Range<usize>> = None;
    for word in words {
        let Some(start) = stretch.find(word.as_str()) else { continue };
        let end = start + word.len();
        let between = stretch.get(..start)?;
        if is_gap(between, gap) && best.as_ref().is_none_or(|best| start < best.start) {
            best = Some(start..end);
        }
    }
    best
}

fn is_gap(between: &str, most: usize) -> bool {
    let quiet = |c: char| {
        c.is_alphanumeric() || c.is_whitespace() || matches!(c, '「' | '」' | '《' | '\'' | '"' | '#' | '@' | 'ー')
    };
    between.trim().chars().count() <= most && between.chars().all(quiet)
}

fn no_comparison(between: &str) -> bool {
    NOT_BI.iter().any(|word| between.starts_with(word))
}

/// Whether letters at a word's edges are not part of a longer word.
fn stands_alone(stretch: &str, start: usize, end: usize) -> bool {
    let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let (word, before, after) = (stretch.get(start..end), stretch.get(..start), stretch.get(end..));
    let (Some(word), Some(before), Some(after)) = (word, before, after) else { return false };
    let begins = latin(word.chars().next()) && latin(before.chars().next_back());
    let goes_on = latin(word.chars().next_back()) && latin(after.chars().next());
    // 雖然不如 is a loss, 不輸 and 不會輸 are none.
    let undone =
        word.starts_with(['输', '差', '胜', '赢']) && before.trim_end().ends_with(['不', '没', '难', '相', '会']);
    !(begins || goes_on || undone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(text: &str, name: &str) -> Option<Role> {
        let folded = fold(text);
        let start = folded.find(&fold(name)).expect("named");
        at(&folded, &(0..folded.len()), &(start..start + fold(name).len())).map(|found| found.role)
    }

    #[test]
    fn the_words_beside_a_name_say_what_it_is_to_the_other() {
        for (text, name, wanted) in [
            ("甲店比綠葉好喝", "綠葉", Some(Role::Measure)),
            ("甲店比較推綠葉", "綠葉", None),
            ("跟綠葉比差多了", "綠葉", Some(Role::Measure)),
            ("甲店沒有綠葉那麼甜", "綠葉", Some(Role::MeasureOfNot)),
            ("甲店不如綠葉", "綠葉", Some(Role::Wins)),
            ("甲店屌打綠葉", "綠葉", Some(Role::Loses)),
            ("甲店被綠葉屌打", "綠葉", Some(Role::Wins)),
            ("不輸綠葉", "綠葉", None),
            ("從綠葉跳槽到甲店", "綠葉", Some(Role::Loses)),
            ("甲よりリーフのほうがいい", "リーフ", None),
            ("リーフより甲のほうがいい", "リーフ", Some(Role::Measure)),
            ("리프보다 훨씬 나아요", "리프", Some(Role::Measure)),
            ("so much better than Leaf", "leaf", Some(Role::Measure)),
            ("we switched from Leaf", "leaf", Some(Role::Loses)),
        ] {
            assert_eq!(role(text, name), wanted, "{text}");
        }
    }
}
