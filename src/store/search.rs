//! Search: pairs of neighbouring characters for Chinese, Japanese and Korean, whole words elsewhere.
//!
//! In: a mention's text; what a person types. Out: the mentions that hold it, the same on both databases.
//! Never: leaves the choice of tokens to a database: both index exactly the tokens made here, so both find the same.

use sqlx::AssertSqlSafe;

use super::backend::{Pools, Writing};
use super::bulk::{Conflict, Kind, Target, Value, json_list};
use super::{Error, Store};
use crate::domain::MentionId;
use crate::text;

/// Tokens of one text that are indexed; PostgreSQL holds no position beyond 16,383.
const TOKENS: usize = 16_000;

#[derive(Clone, Copy, PartialEq)]
enum Class {
    /// A script without spaces between words: pairs.
    Pair,
    /// Letters and digits of other scripts: whole words.
    Word,
    /// A token by itself.
    Sign,
    Space,
}

fn class(c: char) -> Class {
    match c {
        '\u{3040}'..='\u{30ff}'
        | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{1100}'..='\u{11ff}'
        | '\u{ac00}'..='\u{d7af}'
        | '\u{20000}'..='\u{323af}'
        | '々'
        | '〆' => Class::Pair,
        '\u{2600}'..='\u{27bf}' | '\u{1f300}'..='\u{1faff}' => Class::Sign,
        _ if c.is_alphanumeric() => Class::Word,
        _ => Class::Space,
    }
}

/// One token: a pair, the last character of a run of pairs (so that one character is found anywhere), or neither.
#[derive(Debug, PartialEq)]
struct Token {
    text: String,
    pair: bool,
    closing: bool,
}

/// The tokens of folded text, in order.
fn tokens(folded: &str) -> Vec<Token> {
    let chars: Vec<char> = folded.chars().filter(|c| class(*c) != Class::Space || !is_joiner(*c)).collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let kind = class(chars[at]);
        let end = match kind {
            Class::Sign | Class::Space => at + 1,
            _ => (at..chars.len()).find(|&n| class(chars[n]) != kind).unwrap_or(chars.len()),
        };
        let run = &chars[at..end];
        match kind {
            Class::Pair => {
                tokens.extend(run.windows(2).map(|pair| Token {
                    text: pair.iter().collect(),
                    pair: true,
                    closing: false,
                }));
                tokens.extend(run.last().map(|last| Token { text: last.to_string(), pair: false, closing: true }));
            }
            Class::Word | Class::Sign => tokens.push(Token { text: run.iter().collect(), pair: false, closing: false }),
            Class::Space => {}
        }
        at = end;
    }
    tokens
}

/// Variation selectors and joiners, which sit inside one sign and separate nothing.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

/// One phrase that is asked for: its tokens stand next to each other, the last may be the beginning of one.
#[derive(Debug, PartialEq)]
struct Phrase {
    tokens: Vec<String>,
    beginning: bool,
}

impl Phrase {
    fn new(folded: &str) -> Option<Self> {
        let mut found = tokens(folded);
        let mut beginning = false;
        if found.last().is_some_and(|token| token.closing) {
            let pair_before = found.iter().rev().nth(1).is_some_and(|token| token.pair);
            if pair_before {
                // The text may go on after the last character, so it does not have to close a run there.
                found.pop();
            } else {
                beginning = true;
            }
        }
        let tokens: Vec<String> = found.into_iter().map(|token| token.text).collect();
        (!tokens.is_empty()).then_some(Self { tokens, beginning })
    }

    fn sqlite(&self) -> String {
        format!("\"{}\"{}", self.tokens.join(" "), if self.beginning { " *" } else { "" })
    }

    fn postgres(&self) -> String {
        let last = self.tokens.len() - 1;
        let quoted = self
            .tokens
            .iter()
            .enumerate()
            .map(|(n, token)| format!("'{token}'{}", if self.beginning && n == last { ":*" } else { "" }));
        format!("({})", quoted.collect::<Vec<_>>().join(" <-> "))
    }
}

/// The phrases of what a person typed: parts between white space, and parts in quotes, all of which must be there.
fn phrases(typed: &str) -> Vec<Phrase> {
    typed
        .split(['"', '“', '”', '「', '」', '『', '』'])
        .enumerate()
        .flat_map(|(n, part)| {
            let quoted = n % 2 == 1;
            let parts: Vec<&str> = if quoted { vec![part] } else { part.split_whitespace().collect() };
            parts.into_iter().filter_map(|part| Phrase::new(&text::fold(part))).collect::<Vec<_>>()
        })
        .collect()
}

/// What the database is asked for; `None` when nothing that was typed can be searched.
pub(super) fn question(typed: &str, postgres: bool) -> Option<String> {
    let phrases = phrases(typed);
    let parts: Vec<String> = phrases.iter().map(|p| if postgres { p.postgres() } else { p.sqlite() }).collect();
    (!parts.is_empty()).then(|| parts.join(if postgres { " & " } else { " AND " }))
}

/// The condition that a mention's id is among those found; `?` stands for the question.
pub(super) fn condition(id: &str, postgres: bool) -> String {
    if postgres {
        format!("{id} in (select s.mention from mention_search s where s.grams @@ ?::tsquery)")
    } else {
        format!(
            "{id} in (select s.mention from mention_gram g join mention_search s on s.number = g.rowid
                       where mention_gram match ?)"
        )
    }
}

impl Store {
    /// Makes the tables of search, which differ; nothing happens when they are there.
    pub(super) async fn make_search(&self) -> Result<(), Error> {
        const SQLITE: &[&str] = &[
            "create table if not exists mention_search (number integer primary key, mention text not null unique)",
            "create virtual table if not exists mention_gram
                using fts5(g, content='', contentless_delete=1, tokenize='ascii')",
        ];
        const POSTGRES: &[&str] = &[
            "create table if not exists mention_search (mention text primary key, grams tsvector not null)",
            "create index if not exists mention_search_grams on mention_search using gin (grams)",
        ];
        match &self.pools {
            Pools::Sqlite { write, .. } => {
                for sql in SQLITE {
                    sqlx::query(*sql).execute(write).await?;
                }
            }
            Pools::Postgres(pool) => {
                // Two processes that start at once would both try to create.
                let mut tx = pool.begin().await?;
                sqlx::query("select pg_advisory_xact_lock(7235419)").execute(&mut *tx).await?;
                for sql in POSTGRES {
                    sqlx::query(*sql).execute(&mut *tx).await?;
                }
                tx.commit().await?;
            }
        }
        Ok(())
    }
}

/// Takes texts out of the index and puts the new ones in. Texts are given whole and unfolded.
pub(super) async fn index(
    writing: &mut Writing,
    gone: &[MentionId],
    come: &[(MentionId, String)],
) -> Result<(), Error> {
    if !gone.is_empty() {
        remove(writing, gone).await?;
    }
    if come.is_empty() {
        return Ok(());
    }
    match writing {
        Writing::Sqlite(_) => add_sqlite(writing, come).await,
        Writing::Postgres(_) => add_postgres(writing, come).await,
    }
}

async fn remove(writing: &mut Writing, gone: &[MentionId]) -> Result<(), Error> {
    let ids = json_list(gone)?;
    match writing {
        Writing::Sqlite(tx) => {
            const GRAMS: &str = "delete from mention_gram where rowid in
                (select number from mention_search where mention in (select value from json_each($1)))";
            const ROWS: &str = "delete from mention_search where mention in (select value from json_each($1))";
            sqlx::query(GRAMS).bind(ids.as_str()).execute(&mut **tx).await?;
            sqlx::query(ROWS).bind(ids.as_str()).execute(&mut **tx).await?;
        }
        Writing::Postgres(tx) => {
            const ROWS: &str =
                "delete from mention_search where mention in (select jsonb_array_elements_text($1::jsonb))";
            sqlx::query(ROWS).bind(ids.as_str()).execute(&mut **tx).await?;
        }
    }
    Ok(())
}

fn grams(whole_text: &str) -> Vec<Token> {
    let mut found = tokens(&text::fold(whole_text));
    // PostgreSQL holds no token of more than 2,046 bytes.
    found.retain(|token| token.text.len() <= 2000);
    found.truncate(TOKENS);
    found
}

async fn add_sqlite(writing: &mut Writing, come: &[(MentionId, String)]) -> Result<(), Error> {
    const ROWS: Target = Target {
        table: "mention_search",
        columns: &[("number", Kind::Int), ("mention", Kind::Text)],
        conflict: Conflict::Impossible,
    };
    const GRAMS: Target = Target {
        table: "mention_gram",
        columns: &[("rowid", Kind::Int), ("g", Kind::Text)],
        conflict: Conflict::Impossible,
    };
    let Writing::Sqlite(tx) = writing else { return Ok(()) };
    let last: Option<i64> = sqlx::query_scalar("select max(number) from mention_search").fetch_one(&mut **tx).await?;
    let mut rows: Vec<Vec<Value>> = Vec::with_capacity(come.len());
    let mut texts: Vec<Vec<Value>> = Vec::with_capacity(come.len());
    for (number, (id, whole_text)) in (last.unwrap_or(0) + 1..).zip(come) {
        let words: Vec<String> = grams(whole_text).into_iter().map(|token| token.text).collect();
        rows.push(vec![number.into(), id.as_str().into()]);
        texts.push(vec![number.into(), words.join(" ").into()]);
    }
    writing.insert(&ROWS, rows).await?;
    writing.insert(&GRAMS, texts).await?;
    Ok(())
}

async fn add_postgres(writing: &mut Writing, come: &[(MentionId, String)]) -> Result<(), Error> {
    const SQL: &str = "insert into mention_search (mention, grams)
        select mention, grams::tsvector from unnest($1::text[], $2::text[]) as t (mention, grams)
        on conflict (mention) do update set grams = excluded.grams";
    let Writing::Postgres(tx) = writing else { return Ok(()) };
    let ids: Vec<&str> = come.iter().map(|(id, _)| id.as_str()).collect();
    let vectors: Vec<String> = come.iter().map(|(_, whole_text)| vector(&grams(whole_text))).collect();
    sqlx::query(AssertSqlSafe(SQL)).bind(ids).bind(vectors).execute(&mut **tx).await?;
    Ok(())
}

/// A tsvector as PostgreSQL reads it; tokens hold letters and digits only, so nothing in them needs an escape.
fn vector(tokens: &[Token]) -> String {
    tokens.iter().enumerate().map(|(n, token)| format!("'{}':{}", token.text, n + 1)).collect::<Vec<_>>().join(" ")
}
