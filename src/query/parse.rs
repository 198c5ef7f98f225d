//! Builds the tree of a query: NOT binds tightest, then AND (also unwritten), then OR.
//!
//! In: tokens. Out: a tree, and every mistake on the way.
//! Never: stops at the first mistake, recurses deeper than [`DEEPEST`].

use std::ops::Range;

use super::Context;
use super::field::Field;
use super::lex::{self, Kind, Token};
use super::mistake::QueryMistake;
use super::near::Near;
use super::term::{Term, TermKind};
use crate::settings::nearest;

/// Brackets and NOTs inside each other, at most.
const DEEPEST: usize = 64;
/// Parts inside each other, at most.
const DEEPEST_PARTS: usize = 8;
/// Nodes of a tree, at most: parts may be named often.
const MOST_NODES: usize = 20_000;

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
    Field(Field),
    Near(Near, Box<(Node, Node)>),
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
    nodes: usize,
}

/// Reads all tokens; `inside` are the names of the parts that are being read.
pub(super) fn parse(
    source: &str,
    tokens: &[Token],
    context: &Context<'_>,
    inside: &[&str],
    mistakes: &mut Vec<QueryMistake>,
) -> Parsed {
    parse_into(Parsed::default(), source, tokens, context, inside, mistakes)
}

fn parse_into(
    parsed: Parsed,
    source: &str,
    tokens: &[Token],
    context: &Context<'_>,
    inside: &[&str],
    mistakes: &mut Vec<QueryMistake>,
) -> Parsed {
    let mut parser = Parser { source, tokens, context, inside, next: 0, depth: 0, gave_up: false, mistakes, parsed };
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
    context: &'a Context<'a>,
    inside: &'a [&'a str],
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

    fn give_up(&mut self, at: Range<usize>, message: String, hint: &str) -> Option<Node> {
        self.mistake(at, message, hint);
        self.next = self.tokens.len();
        self.gave_up = true;
        None
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

    /// `NOT a`, or things that stand near each other.
    fn one(&mut self) -> Option<Node> {
        if let Some(Kind::Not) = self.peek() {
            let not = self.take()?;
            return self.deeper(&not.at, |parser| parser.negation(not));
        }
        let mut left = self.primary();
        while let Some(Kind::Near(near)) = self.peek() {
            let operator = self.take()?;
            if left.is_none() {
                self.nothing_before(operator);
            }
            if let Some(Kind::Not) = self.peek() {
                let not = self.take()?;
                let hint = "write (a NEAR/5 b) AND NOT c, or a AND NOT (a NEAR/5 c)";
                self.mistake(not.at.clone(), "NOT cannot stand beside NEAR", hint);
            }
            let right = self.primary();
            if right.is_none() {
                self.nothing_after(operator);
            }
            left = match (left, right) {
                (Some(left), Some(right)) => {
                    self.check_side(&left, operator);
                    self.check_side(&right, operator);
                    let at = left.at.start..right.at.end;
                    Some(Node { what: What::Near(*near, Box::new((left, right))), at })
                }
                (left, right) => left.or(right),
            };
        }
        left
    }

    /// `( … )` or a term.
    fn primary(&mut self) -> Option<Node> {
        if matches!(self.peek()?, Kind::And | Kind::Or | Kind::Close | Kind::Near(_) | Kind::Not) {
            return None;
        }
        let token = self.take()?;
        self.parsed.nodes += 1;
        if self.parsed.nodes > MOST_NODES {
            let message = format!("more than {MOST_NODES} terms, with those of its parts");
            return self.give_up(token.at.clone(), message, "part it over several topics");
        }
        self.deeper(&token.at, |parser| match &token.kind {
            Kind::Open => parser.group(token),
            Kind::Part(name) => parser.part(name, token.at.clone()),
            kind => parser.term(kind, token.at.clone()),
        })
    }

    fn deeper(&mut self, at: &Range<usize>, read: impl FnOnce(&mut Self) -> Option<Node>) -> Option<Node> {
        if self.depth >= DEEPEST {
            let message = format!("more than {DEEPEST} brackets are inside each other");
            return self.give_up(at.clone(), message, "flatten the query");
        }
        self.depth += 1;
        let node = read(self);
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

    /// What stands in the file under this name, as if it stood here in brackets.
    fn part(&mut self, name: &str, at: Range<usize>) -> Option<Node> {
        let parts = self.context.parts;
        let Some(text) = parts.and_then(|parts| parts.text(name)) else {
            let known = parts.map(|parts| parts.names()).unwrap_or_default();
            let hint = match nearest(name, &known) {
                Some(near) => format!("did you mean `${near}`?"),
                None if known.is_empty() => format!("write [parts] {name} = \"…\" in the topic's file"),
                None => {
                    format!("there are: {}", known.iter().map(|name| format!("${name}")).collect::<Vec<_>>().join(" "))
                }
            };
            self.mistake(at, format!("there is no part `${name}`"), hint);
            return None;
        };
        if self.inside.contains(&name) {
            self.mistake(at, format!("`${name}` asks for itself"), "take one of the two out");
            return None;
        }
        if self.inside.len() >= DEEPEST_PARTS {
            self.mistake(at, format!("more than {DEEPEST_PARTS} parts are inside each other"), "flatten the parts");
            return None;
        }
        if parts.is_some_and(|parts| parts.is_broken(name)) {
            // Its mistakes are told where it stands.
            return self.put(Term::new(TermKind::Text, name, self.context.folding), at);
        }
        let mut told = Vec::new();
        let tokens = lex::lex(text, &mut told);
        let inside: Vec<&str> = self.inside.iter().copied().chain([name]).collect();
        let parsed = std::mem::take(&mut self.parsed);
        let mixed = parsed.mixed.len();
        let small = parsed.small_operators.len();
        self.parsed = parse_into(parsed, text, &tokens, self.context, &inside, &mut told);
        self.parsed.mixed.truncate(mixed);
        self.parsed.small_operators.truncate(small);
        let mut node = self.parsed.root.take();
        if let Some(node) = &mut node {
            node.stand_at(&at);
        }
        if !told.is_empty() && self.mistakes.is_empty() {
            self.mistake(at, format!("`${name}` has a mistake"), "mend it where it stands in [parts]");
        }
        node
    }

    fn term(&mut self, kind: &Kind, at: Range<usize>) -> Option<Node> {
        let folding = self.context.folding;
        let term = match kind {
            Kind::Word(text) => {
                if matches!(text.to_ascii_lowercase().as_str(), "and" | "or" | "not") {
                    self.parsed.small_operators.push((at.clone(), text.clone()));
                }
                Term::new(TermKind::Text, text, folding)
            }
            Kind::Phrase(text) => Term::new(TermKind::Text, text, folding),
            Kind::Exact(text) => Term::new(TermKind::Exact, text, folding),
            Kind::Tag(text) => Term::new(TermKind::Tag, text, folding),
            Kind::Handle(text) => Term::new(TermKind::Handle, text, folding),
            Kind::Cashtag(text) => Term::new(TermKind::Cashtag, text, folding),
            Kind::Wild(text) => match Term::wild(text, folding) {
                Ok(term) => term,
                Err(why) => {
                    let hint = format!("write more letters; in quotes it is searched as it stands: \"{text}\"");
                    self.mistake(at, format!("`{text}` {why}"), hint);
                    return None;
                }
            },
            Kind::Regex(text) => match Term::regex(text, folding) {
                Ok(term) => term,
                Err(why) => {
                    self.mistake(at, format!("this regex cannot be used: {why}"), "see the syntax of Rust's regex");
                    return None;
                }
            },
            Kind::Field(name, value) if name == "word" => {
                let term = Term::new(TermKind::Word, value, folding);
                if term.folded.is_empty() {
                    self.mistake(
                        at,
                        "nothing stands after `word:`",
                        "write the word that is to stand for itself, such as word:花生",
                    );
                    return None;
                }
                term
            }
            Kind::Field(name, value) => match Field::read(name, value, self.context.themes) {
                Ok(field) => return Some(Node { what: What::Field(field), at }),
                Err((message, hint)) => {
                    self.mistake(at, message, hint);
                    return None;
                }
            },
            Kind::Open | Kind::Close | Kind::And | Kind::Or | Kind::Not | Kind::Near(_) | Kind::Part(_) => return None,
        };
        self.put(term, at)
    }

    fn put(&mut self, term: Term, at: Range<usize>) -> Option<Node> {
        let terms = &mut self.parsed.terms;
        let number = terms.iter().position(|known| *known == term).unwrap_or_else(|| {
            terms.push(term);
            terms.len() - 1
        });
        Some(Node { what: What::Term(number), at })
    }

    /// Tells what cannot be near anything.
    fn check_side(&mut self, side: &Node, operator: &Token) {
        let near = self.source.get(operator.at.clone()).unwrap_or_default().to_owned();
        let (what, hint) = match &side.what {
            What::Or(parts) => return parts.iter().for_each(|part| self.check_side(part, operator)),
            What::Term(number) => match self.parsed.terms.get(*number).map(|term| term.kind) {
                Some(TermKind::Regex) => {
                    ("a regex", "write the words, or put what may stand between them into the regex itself".to_owned())
                }
                _ => return,
            },
            What::Near(..) => return,
            What::Field(_) => ("a field", "a field stands at no place of the text; write it with AND".to_owned()),
            What::Not(_) => ("NOT", "write (a NEAR/5 b) AND NOT c".to_owned()),
            What::And(_) => ("AND", format!("write (a {near} b) AND (a {near} c), or one phrase in quotes")),
        };
        self.mistake(side.at.clone(), format!("{what} cannot stand beside NEAR"), hint);
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
            (What::Term(_) | What::Near(..), _) => !negated,
            // Who writes or where it stands narrows enough; a language or a kind of place does not.
            (What::Field(field), _) => !negated && matches!(field, Field::Author(_) | Field::Site(_)),
            (What::Not(inner), _) => inner.needs_a_word(!negated),
            (What::And(parts), false) | (What::Or(parts), true) => parts.iter().any(|part| part.needs_a_word(negated)),
            (What::Or(parts), false) | (What::And(parts), true) => parts.iter().all(|part| part.needs_a_word(negated)),
        }
    }

    /// Whether some part asks how a text was judged.
    pub(super) fn asks_for_judgement(&self) -> bool {
        match &self.what {
            What::Field(field) => field.is_judged(),
            What::Term(_) | What::Near(..) => false,
            What::Not(inner) => inner.asks_for_judgement(),
            What::And(parts) | What::Or(parts) => parts.iter().any(Self::asks_for_judgement),
        }
    }

    /// Says of all parts that they stand here.
    fn stand_at(&mut self, at: &Range<usize>) {
        self.at = at.clone();
        match &mut self.what {
            What::Term(_) | What::Field(_) => {}
            What::Not(inner) => inner.stand_at(at),
            What::Near(_, sides) => {
                sides.0.stand_at(at);
                sides.1.stand_at(at);
            }
            What::And(parts) | What::Or(parts) => parts.iter_mut().for_each(|part| part.stand_at(at)),
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
