//! A mistake in a file: where it is, what stands there, and a way out.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use serde::Serialize;

/// One mistake, told the way a good compiler tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Mistake {
    /// The file, as the user named it.
    pub file: String,
    /// Its line, from 1; 0 when the whole file is meant.
    pub line: usize,
    /// Its column in characters, from 1; 0 when the whole line is meant.
    pub column: usize,
    /// The key's path, such as `source.mastodon[0].token`; empty when the whole file is meant.
    pub place: String,
    /// What is wrong, with the value that is.
    pub message: String,
    /// The line it stands in with a line of `^` under the place; empty when the message says it all.
    pub excerpt: String,
    /// A way out; empty when there is none to tell.
    pub hint: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if self.column > 0 {
            write!(f, ":{}", self.column)?;
        }
        if !self.place.is_empty() {
            write!(f, ": {}", self.place)?;
        }
        write!(f, ": {}", self.message)?;
        for line in self.excerpt.lines() {
            write!(f, "\n    {line}")?;
        }
        if !self.hint.is_empty() {
            write!(f, "\n  hint: {}", self.hint)?;
        }
        Ok(())
    }
}

/// Where a reading collects its mistakes, and its warnings apart from them; clones share both lists.
#[derive(Clone, Debug, Default)]
pub struct Mistakes {
    found: Rc<RefCell<Vec<Mistake>>>,
    warnings: Rc<RefCell<Vec<Mistake>>>,
}

impl Mistakes {
    /// Adds one.
    pub fn add(&self, mistake: Mistake) {
        self.found.borrow_mut().push(mistake);
    }

    /// Adds a warning: it works as it is written, but hardly as it was meant.
    pub fn warn(&self, warning: Mistake) {
        self.warnings.borrow_mut().push(warning);
    }

    /// How many mistakes there are so far; warnings do not count.
    pub fn count(&self) -> usize {
        self.found.borrow().len()
    }

    /// All mistakes, by file and line.
    pub fn sorted(&self) -> Vec<Mistake> {
        in_order(&self.found)
    }

    /// All warnings, by file and line.
    pub fn warnings(&self) -> Vec<Mistake> {
        in_order(&self.warnings)
    }
}

fn in_order(list: &RefCell<Vec<Mistake>>) -> Vec<Mistake> {
    let mut all = list.borrow().clone();
    all.sort();
    all.dedup();
    all
}

/// The known word nearest to a mistyped one, when one is near enough to be meant.
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|candidate| (distance(&word.to_lowercase(), &candidate.to_lowercase()), *candidate))
        .filter(|(far, candidate)| *far <= 1 + candidate.chars().count() / 4)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Edits (insert, delete, replace, swap of neighbours) between two words: optimal string alignment.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let replace = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replace.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_a_strange_word_none() {
        assert_eq!(nearest("Asia/Taipeh", &["Asia/Tokyo", "Asia/Taipei"]), Some("Asia/Taipei"));
        assert_eq!(nearest("titel", &["title", "zone"]), Some("title"));
        assert_eq!(nearest("colour", &["title", "zone"]), None);
    }
}
