//! What a topic takes for the same, beyond what is always the same.
//!
//! In: the words of `fold = […]` in a topic's file. Out: which foldings are asked for.
//! Never: unfolds what is always folded (case, width, composition, 簡繁).

/// Which foldings a query asks for on top of the usual ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Folding {
    /// Taiwan's words and the mainland's: `軟體` and `软件`.
    pub regions: bool,
    /// Letters with and without accents: `café` and `cafe`.
    pub accents: bool,
    /// Letters said over and over: `爛爛爛` and `爛`, `sooo` and `so`.
    pub repeats: bool,
    /// 注音文: `好ㄘ` and `好吃`.
    pub bopomofo: bool,
}

impl Folding {
    /// The words by which a topic's file asks for them.
    pub const WORDS: [&'static str; 4] = ["regions", "accents", "repeats", "bopomofo"];

    /// What these words ask for; words that are none of [`Folding::WORDS`] are passed over.
    pub fn of<S: AsRef<str>>(words: &[S]) -> Self {
        let asks = |word: &str| words.iter().any(|asked| asked.as_ref() == word);
        Self {
            regions: asks("regions"),
            accents: asks("accents"),
            repeats: asks("repeats"),
            bopomofo: asks("bopomofo"),
        }
    }
}

/// Characters that Taiwan's netizens write as the sound they begin with, folded.
const SOUNDS: &[(char, &str)] = &[
    ('ㄅ', "不吧把爸"),
    ('ㄆ', "怕"),
    ('ㄇ', "吗嘛没妈么"),
    ('ㄈ', "风"),
    ('ㄉ', "的得到地"),
    ('ㄊ', "他她太"),
    ('ㄋ', "你呢"),
    ('ㄌ', "了啦"),
    ('ㄍ', "个该"),
    ('ㄎ', "可"),
    ('ㄏ', "呵和"),
    ('ㄐ', "就"),
    ('ㄑ', "去"),
    ('ㄒ', "小想"),
    ('ㄓ', "之"),
    ('ㄔ', "吃"),
    ('ㄕ', "是"),
    ('ㄖ', "人"),
    ('ㄗ', "自"),
    ('ㄘ', "吃错"),
    ('ㄙ', "死"),
    ('ㄚ', "啊"),
    ('ㄛ', "喔哦"),
    ('ㄟ', "欸诶"),
    ('ㄠ', "凹"),
    ('ㄢ', "安"),
    ('ㄞ', "爱"),
    ('ㄧ', "一"),
    ('ㄨ', "我无"),
];

/// Most spellings of one term.
const MOST_SPELLINGS: usize = 32;

/// A folded term as 注音文 may write it, itself first; at least one character stays, or everything would be found.
pub(super) fn spellings(term: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for c in term.chars() {
        let sounds: Vec<char> = SOUNDS.iter().filter(|(_, said)| said.contains(c)).map(|(sound, _)| *sound).collect();
        let before = all.clone();
        all.iter_mut().for_each(|spelling| spelling.push(c));
        for sound in sounds {
            if all.len() + before.len() > MOST_SPELLINGS {
                break;
            }
            all.extend(before.iter().map(|spelling| format!("{spelling}{sound}")));
        }
    }
    let is_sound = |c: char| ('\u{3105}'..='\u{312F}').contains(&c);
    all.retain(|spelling| spelling == term || !spelling.chars().all(is_sound));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_may_be_written_by_its_sounds_but_never_by_them_alone() {
        assert_eq!(spellings("好吃"), ["好吃", "好ㄔ", "好ㄘ"]);
        assert_eq!(spellings("我的"), ["我的", "ㄨ的", "我ㄉ"]);
        assert_eq!(spellings("拿铁"), ["拿铁"]);
        assert!(spellings(&"的了吗".repeat(20)).len() <= MOST_SPELLINGS);
    }
}
