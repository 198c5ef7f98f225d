//! Wildcards: `word*`, `*word`, `w?rd`, `嫩芽*店`.
//!
//! In: a folded word with `*` and `?`; a text and a place where its longest piece stands. Out: the stretch that the whole word takes there.
//! Never: takes more than a few hundred steps for each place and wildcard.

use std::ops::Range;

use super::script::{is_spaced_word, is_unspaced};

/// Letters and digits that `*` stands for, at most: of a word, and of a script without spaces.
const WIDEST: (usize, usize) = (64, 10);

/// A word with wildcards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wild {
    /// Before the anchor, from it outward.
    before: Vec<Piece>,
    /// The longest piece of letters.
    anchor: String,
    after: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Letters(String),
    /// `?`.
    One,
    /// `*` inside a word of a script with spaces.
    Rest,
    /// `*` beside a script without.
    Some,
}

impl Wild {
    /// Reads a folded word; `weight` says how much a piece tells. `None` when it has no letters.
    pub(super) fn read(folded: &str, weight: impl Fn(&str) -> u32) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut letters = String::new();
        let chars: Vec<char> = folded.chars().collect();
        let bare = |place: Option<usize>| place.and_then(|place| chars.get(place)).is_some_and(|c| is_unspaced(*c));
        for (place, c) in chars.iter().enumerate() {
            let piece = match c {
                '*' if bare(place.checked_sub(1)) || bare(Some(place + 1)) => Piece::Some,
                '*' => Piece::Rest,
                '?' => Piece::One,
                c => {
                    letters.push(*c);
                    continue;
                }
            };
            if !letters.is_empty() {
                pieces.push(Piece::Letters(std::mem::take(&mut letters)));
            }
            pieces.push(piece);
        }
        if !letters.is_empty() {
            pieces.push(Piece::Letters(letters));
        }
        let told = |piece: &Piece| if let Piece::Letters(letters) = piece { weight(letters) + 1 } else { 0 };
        let best = (0..pieces.len()).rev().max_by_key(|place| told(&pieces[*place]))?;
        let after = pieces.split_off(best + 1);
        let Some(Piece::Letters(anchor)) = pieces.pop() else { return None };
        pieces.reverse();
        Some(Self { before: pieces, anchor, after })
    }

    /// What stands in every text that has the word.
    pub(super) fn anchor(&self) -> &str {
        &self.anchor
    }

    /// The shortest stretch around an anchor that the word takes, by what `fits` says of its two ends.
    pub(super) fn around(
        &self,
        hay: &str,
        anchor: &Range<usize>,
        begins: impl Fn(usize) -> bool,
        ends: impl Fn(usize) -> bool,
    ) -> Option<Range<usize>> {
        let start = reached(anchor.start, &self.before, |places, piece| backward(hay, places, piece));
        let start = start.into_iter().filter(|at| begins(*at)).max()?;
        let end = reached(anchor.end, &self.after, |places, piece| forward(hay, places, piece));
        Some(start..end.into_iter().filter(|at| ends(*at)).min()?)
    }
}

/// All places that the pieces lead to, in order.
fn reached(from: usize, pieces: &[Piece], step: impl Fn(&[usize], &Piece) -> Vec<usize>) -> Vec<usize> {
    pieces.iter().fold(vec![from], |places, piece| if places.is_empty() { places } else { step(&places, piece) })
}

/// Whether a wildcard may stand for a character, and for how many.
fn allowed(piece: &Piece) -> (fn(char) -> bool, usize) {
    match piece {
        Piece::Rest => (is_spaced_word, WIDEST.0),
        _ => (|c| c.is_alphanumeric() || c == '_', WIDEST.1),
    }
}

fn forward(hay: &str, places: &[usize], piece: &Piece) -> Vec<usize> {
    let (takes, most) = allowed(piece);
    let rest = |at: usize| hay.get(at..).unwrap_or_default();
    match piece {
        Piece::Letters(letters) => {
            places.iter().filter(|at| rest(**at).starts_with(letters.as_str())).map(|at| at + letters.len()).collect()
        }
        Piece::One => {
            let next = |at: &usize| rest(*at).chars().next().filter(|c| takes(*c)).map(|c| at + c.len_utf8());
            places.iter().filter_map(next).collect()
        }
        Piece::Rest | Piece::Some => {
            let Some(first) = places.first().copied() else { return Vec::new() };
            let steps = rest(first).chars().map(|c| (c.len_utf8(), takes(c)));
            let ways: Vec<usize> = places.iter().map(|at| at - first).collect();
            spread(&ways, steps, most).into_iter().map(|way| first + way).collect()
        }
    }
}

/// As [`forward`], toward the beginning: places come and go from the last to the first.
fn backward(hay: &str, places: &[usize], piece: &Piece) -> Vec<usize> {
    let (takes, most) = allowed(piece);
    let rest = |at: usize| hay.get(..at).unwrap_or_default();
    match piece {
        Piece::Letters(letters) => {
            places.iter().filter(|at| rest(**at).ends_with(letters.as_str())).map(|at| at - letters.len()).collect()
        }
        Piece::One => {
            let next = |at: &usize| rest(*at).chars().next_back().filter(|c| takes(*c)).map(|c| at - c.len_utf8());
            places.iter().filter_map(next).collect()
        }
        Piece::Rest | Piece::Some => {
            let Some(last) = places.first().copied() else { return Vec::new() };
            let steps = rest(last).chars().rev().map(|c| (c.len_utf8(), takes(c)));
            let ways: Vec<usize> = places.iter().map(|at| last - at).collect();
            spread(&ways, steps, most).into_iter().map(|way| last - way).collect()
        }
    }
}

/// Every way, counted in bytes from one place, that begins at one of `ways` (in order) and goes on by at most `most` characters that
/// may be taken. Each character is looked at once.
fn spread(ways: &[usize], mut steps: impl Iterator<Item = (usize, bool)>, most: usize) -> Vec<usize> {
    let (mut at, mut left, mut next) = (0, None, 0);
    let mut reached = Vec::new();
    loop {
        while ways.get(next) == Some(&at) {
            left = Some(most);
            next += 1;
        }
        if left.is_some() {
            reached.push(at);
        }
        if left.is_none() && next >= ways.len() {
            return reached;
        }
        let Some((length, taken)) = steps.next() else { return reached };
        at += length;
        left = if taken { left.and_then(|left| left.checked_sub(1)) } else { None };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(word: &str, hay: &str) -> Option<String> {
        let wild = Wild::read(word, |piece| piece.len() as u32).expect("letters");
        let edge = |at: usize| {
            let joined = |c: Option<char>| c.is_some_and(is_spaced_word);
            let (before, after) = hay.split_at_checked(at).expect("at a character's edge");
            !(joined(before.chars().next_back()) && joined(after.chars().next()))
        };
        hay.match_indices(wild.anchor()).find_map(|(start, anchor)| {
            let place = wild.around(hay, &(start..start + anchor.len()), edge, edge)?;
            hay.get(place).map(str::to_owned)
        })
    }

    #[test]
    fn a_wildcard_takes_the_rest_of_its_word_and_no_more() {
        assert_eq!(found("iphone*", "买了iphone15pro手机").as_deref(), Some("iphone15pro"));
        assert_eq!(found("*phone*", "my smartphones").as_deref(), Some("smartphones"));
        assert_eq!(found("gr?y", "a grey cat").as_deref(), Some("grey"));
        assert_eq!(found("gr?y", "a gry cat"), None);
        assert_eq!(found("s*p*t", "sprout").as_deref(), Some("sprout"));
        assert_eq!(found("嫩芽*店", "嫩芽公馆店和旗舰店").as_deref(), Some("嫩芽公馆店"));
        assert_eq!(found("嫩芽*店", "嫩芽一二三四五六七八九十十一店"), None);
    }

    #[test]
    fn many_stars_over_one_letter_take_a_moment() {
        let (word, hay) = ("a*".repeat(30) + "b", "a".repeat(5_000));
        assert_eq!(found(&word, &hay), None);
        let began = std::time::Instant::now();
        let wild = Wild::read(&("aa".to_owned() + &"*a".repeat(30)), |piece| piece.len() as u32).expect("letters");
        for at in 0..200 {
            assert!(wild.around(&hay, &(at..at + 2), |_| true, |_| false).is_none());
        }
        assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
    }
}
