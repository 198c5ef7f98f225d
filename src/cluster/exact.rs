//! The exact key: one hash over the letters of a text.
//!
//! In: the words that say something. Out: a number that copies share.
//! Never: depends on where words were cut.

use super::Hash;

/// The key of these words.
pub(super) fn key(said: &[&str]) -> i64 {
    let hash = said.iter().flat_map(|word| word.chars()).filter(|c| c.is_alphanumeric() || !c.is_ascii());
    hash.fold(Hash::new(), Hash::add).end().cast_signed()
}

#[cfg(test)]
mod tests {
    use crate::cluster::keys;
    use crate::text::Text;

    fn exact(text: &str) -> Option<i64> {
        keys(&Text::read(text)).map(|keys| keys.exact)
    }

    #[test]
    fn links_handles_marks_width_case_and_script_do_not_matter() {
        let first = exact("嫩芽咖啡的客服讓我等了三十分鐘都沒有人接電話 https://t.co/a1");
        assert!(first.is_some());
        assert_eq!(first, exact("@amy 嫩芽咖啡的客服让我等了三十分钟，都没有人接电话！！ https://t.co/zz"));
        assert_eq!(
            exact("Sprout Coffee lost my parcel again"),
            exact("RT @amy: ＳＰＲＯＵＴ coffee lost my parcel, again.")
        );
    }

    #[test]
    fn another_word_is_another_text() {
        assert_ne!(exact("嫩芽咖啡的客服讓我等了三十分鐘"), exact("嫩芽咖啡的客服讓我等了四十分鐘"));
    }

    #[test]
    fn what_many_say_by_chance_has_no_key() {
        assert_eq!(exact("客服真的很爛"), None);
        assert_eq!(exact("never again"), None);
        assert_eq!(exact("@sprout https://t.co/abcdefghijklmnopqrst"), None);
    }
}
