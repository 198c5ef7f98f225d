//! Builds the tree of a query: NOT binds tightest, then AND (also unwritten), then OR.
//!
//! In: tokens. Out: a tree, and every mistake on the way.
//! Never: stops at the first mistake, recurses deeper than [`DEEPEST`].

use std::ops::Range;

use super::lex::{Kind, Token};
use super::mistake::QueryMistake;
use super::term::{Term, TermKind};

/// Brackets and NOTs inside each other, at most.
const DEEPEST: usize = 64;

/// One part of a query and the bytes it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) what: What,
    pub(super) at: Range<usize>,
}

/// What a part of a query asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// The number of a term.
    Term(usize),
    Not(Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
}

/// What was read.
#[derive(Default)]
pub(super) struct Parsed {
    pub(super) root: Option<Node>,
    pub(super) terms: Vec<Term>,
    /// ANDs that stand beside an OR without brackets.
    pub(super) mixed: Vec<Range<usize>>,
    /// `and`, `or`, `not` that were read as words.
    pub(super) small_operators: Vec<(Range<usize>, String)>,
}

/// Reads all tokens.
pub(super) fn parse(source: &str, tokens: &[Token], mistakes: &mut Vec<QueryMistake>) -> Parsed {
    let mut parser = Parser { source, tokens, next: 0, depth: 0, gave_up: false, mistakes, parsed: Parsed::default() };
    let mut parts = Vec::new();
    loop {
        parts.extend(parser.any_of());
        let Some(token) = parser.take() else { break };
        parser.mistake(token.at.clone(), "this bracket closes nothing", "remove it, or open one before");
    }
    let mut parsed = parser.parsed;
    parsed.root = joined(parts, What::And);
    parsed
}

struct Parser<'a> {
    source: &'a str,
    tokens: &'a [Token],
    next: usize,
    depth: usize,
    /// Too deep to read on; what follows would be follies of that.
    gave_up: bool,
    mistakes: &'a mut Vec<QueryMistake>,
    parsed: Parsed,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Kind> {
        self.tokens.get(self.next).map(|token| &token.kind)
    }

    fn take(&mut self) -> Option<&'a Token> {
        let token = self.tokens.get(self.next)?;
        self.next += 1;
        Some(token)
    }

    fn mistake(&mut self, at: Range<usize>, message: impl Into<String>, hint: impl Into<String>) {
        if self.gave_up {
            return;
        }
        self.mistakes.push(QueryMistake::new(self.source, at, message, hint));
    }

    /// `a OR b OR c`.
    fn any_of(&mut self) -> Option<Node> {
        let mut parts = Vec::new();
        let mut bare = Vec::new();
        let mut operator: Option<&Token> = None;
        loop {
            let (part, is_bare) = self.all_of();
            match (part, operator) {
                (Some(part), _) => {
                    bare.extend(is_bare.then(|| part.at.clone()));
                    parts.push(part);
                }
                (None, Some(or)) => self.nothing_after(or),
                (None, None) => {}
            }
            if !matches!(self.peek(), Some(Kind::Or)) {
                break;
            }
            operator = self.take();
            if let (Some(or), true) = (operator, parts.is_empty()) {
                self.nothing_before(or);
            }
        }
        if parts.len() > 1 {
            self.parsed.mixed.extend(bare);
        }
        joined(parts, What::Or)
    }

    /// `a AND b c`; says whether it is several parts without brackets around them.
    fn all_of(&mut self) -> (Option<Node>, bool) {
        let mut parts = Vec::new();
        let mut operator: Option<&Token> = None;
        loop {
            match self.one() {
                Some(part) => parts.push(part),
                None => {
                    if let Some(and) = operator {
                        self.nothing_after(and);
                    }
                }
            }
            match self.peek() {
                Some(Kind::And) => {
                    operator = self.take();
                    if let (Some(and), true) = (operator, parts.is_empty()) {
                        self.nothing_before(and);
                    }
                }
                None | Some(Kind::Or | Kind::Close) => break,
                Some(_) => operator = None,
            }
        }
        let bare = parts.len() > 1;
        (joined(parts, What::And), bare)
    }

    /// `NOT a`, `( … )` or a term.
    fn one(&mut self) -> Option<Node> {
        if matches!(self.peek()?, Kind::And | Kind::Or | Kind::Close) {
            return None;
        }
        let token = self.take()?;
        if self.depth >= DEEPEST {
            self.mistake(
                token.at.clone(),
                format!("more than {DEEPEST} brackets are inside each other"),
                "flatten the query",
            );
            self.next = self.tokens.len();
            self.gave_up = true;
            return None;
        }
        self.depth += 1;
        let node = match &token.kind {
            Kind::Not => self.negation(token),
            Kind::Open => self.group(token),
            kind => self.term(kind, token.at.clone()),
        };
        self.depth -= 1;
        node
    }

    fn negation(&mut self, not: &Token) -> Option<Node> {
        let Some(part) = self.one() else {
            self.nothing_after(not);
            return None;
        };
        let at = not.at.start..part.at.end;
        Some(Node { what: What::Not(Box::new(part)), at })
    }

    fn group(&mut self, open: &Token) -> Option<Node> {
        let told = self.mistakes.len();
        let inner = self.any_of();
        let Some(close) = self.take() else {
            self.mistake(open.at.clone(), "this bracket is never closed", "add `)` where the group ends");
            return inner;
        };
        if inner.is_none() && self.mistakes.len() == told {
            let at = open.at.start..close.at.end;
            self.mistake(at, "nothing stands between these brackets", "write what is to be found, or remove them");
        }
        inner.map(|node| Node { at: open.at.start..close.at.end, ..node })
    }

    fn term(&mut self, kind: &Kind, at: Range<usize>) -> Option<Node> {
        let (kind, text) = match kind {
            Kind::Word(text) => {
                if matches!(text.to_ascii_lowercase().as_str(), "and" | "or" | "not") {
                    self.parsed.small_operators.push((at.clone(), text.clone()));
                }
                (TermKind::Text, text)
            }
            Kind::Phrase(text) => (TermKind::Text, text),
            Kind::Tag(text) => (TermKind::Tag, text),
            Kind::Handle(text) => (TermKind::Handle, text),
            _ => return None,
        };
        let term = Term::new(kind, text);
        let terms = &mut self.parsed.terms;
        let number = terms.iter().position(|known| *known == term).unwrap_or_else(|| {
            terms.push(term);
            terms.len() - 1
        });
        Some(Node { what: What::Term(number), at })
    }

    fn nothing_after(&mut self, operator: &Token) {
        let word = self.source.get(operator.at.clone()).unwrap_or_default().to_owned();
        let hint = "write a word after it, or remove it";
        // Where a token after it was refused, that mistake says enough.
        let next = self.tokens.get(self.next).map_or(self.source.len(), |token| token.at.start);
        let refused = self.mistakes.iter().any(|told| told.at.start >= operator.at.end && told.at.end <= next);
        if !refused {
            self.mistake(operator.at.clone(), format!("nothing stands after `{word}`"), hint);
        }
    }

    fn nothing_before(&mut self, operator: &Token) {
        let word = self.source.get(operator.at.clone()).unwrap_or_default().to_owned();
        // Likewise where the part before it was refused.
        let before = self.tokens.iter().take_while(|token| token.at.start < operator.at.start).last();
        let before = before.map_or(0, |token| token.at.end);
        let refused = self.mistakes.iter().any(|told| (before..=operator.at.start).contains(&told.at.end));
        if !refused {
            let hint = "write a word before it, or remove it";
            self.mistake(operator.at.clone(), format!("nothing stands before `{word}`"), hint);
        }
    }
}

/// One part as itself, several under `what`, none as nothing.
fn joined(mut parts: Vec<Node>, what: fn(Vec<Node>) -> What) -> Option<Node> {
    match parts.len() {
        0 | 1 => parts.pop(),
        _ => {
            let at = parts.first()?.at.start..parts.last()?.at.end;
            Some(Node { what: what(parts), at })
        }
    }
}

impl Node {
    /// Whether a text can only match by something it says, never merely by what it does not say.
    pub(super) fn is_positive(&self) -> bool {
        self.needs_a_word(false)
    }

    fn needs_a_word(&self, negated: bool) -> bool {
        match (&self.what, negated) {
            (What::Term(_), _) => !negated,
            (What::Not(inner), _) => inner.needs_a_word(!negated),
            (What::And(parts), false) | (What::Or(parts), true) => parts.iter().any(|part| part.needs_a_word(negated)),
            (What::Or(parts), false) | (What::And(parts), true) => parts.iter().all(|part| part.needs_a_word(negated)),
        }
    }

    /// The smallest part that matches by what a text does not say.
    pub(super) fn negative_part(&self) -> &Node {
        match &self.what {
            What::Or(parts) => parts.iter().find(|part| !part.is_positive()).map_or(self, Node::negative_part),
            _ => self,
        }
    }
}
