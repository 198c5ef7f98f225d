//! A text of strangers as people may see it: nothing in it moves the cursor, rings or turns what follows around.
//!
//! In: a text. Out: the same without such signs, or with `�` in their place.
//! Never: touches a line's end, a tab or a letter.

/// What stands where a sign was replaced.
const REPLACED: char = '\u{fffd}';

fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}')
}

fn is_unsafe(c: char) -> bool {
    turns(c) || (c.is_control() && c != '\n' && c != '\t')
}

/// The text without control characters and the marks that turn what follows around.
pub fn plain(text: &str) -> String {
    text.chars().filter(|c| !is_unsafe(*c)).collect()
}

/// A character as a terminal may have it.
pub fn visible_char(c: char) -> char {
    if is_unsafe(c) { REPLACED } else { c }
}

/// The text with `�` for every control character and every mark that turns what follows around; line ends of either kind stay.
pub fn visible(text: &str) -> String {
    let mut next = text.chars().skip(1);
    text.chars()
        .map(|c| {
            let ends_line = c == '\r' && next.clone().next() == Some('\n');
            next.next();
            if ends_line { c } else { visible_char(c) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_that_turn_the_text_around_are_left_out() {
        assert_eq!(plain("a\u{202e}b\u{2066}c\u{0}d\ne"), "abcd\ne");
    }

    #[test]
    fn what_would_reach_the_terminal_is_seen_in_its_place() {
        assert_eq!(
            visible("\u{1b}[31m嫩芽\u{7}\u{202e}\u{9b}x\r"),
            "\u{fffd}[31m嫩芽\u{fffd}\u{fffd}\u{fffd}x\u{fffd}"
        );
        assert_eq!(visible("a\tb\r\n👩\u{200d}🚀 e\u{301}\n"), "a\tb\r\n👩\u{200d}🚀 e\u{301}\n");
    }
}
