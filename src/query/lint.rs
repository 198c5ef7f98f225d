//! Warnings: a query that works as it is written, but hardly as it was meant.
//!
//! In: a parsed query. Out: warnings with their places.
//! Never: refuses a query.

use std::ops::Range;

use super::field::Field;
use super::matcher::stands_in;
use super::mistake::QueryMistake;
use super::parse::{Node, Parsed, What};
use super::script::{is_searchable, is_unspaced};
use super::term::{Term, TermKind};

/// All warnings of a query.
pub(super) fn lints(source: &str, parsed: &Parsed, root: &Node) -> Vec<QueryMistake> {
    let mut lints = Lints { source, terms: &parsed.terms, found: Vec::new() };
    for (at, word) in &parsed.small_operators {
        let hint = format!("write {} for the operator, or \"{word}\" for the word", word.to_ascii_uppercase());
        lints.add(at, format!("`{word}` is searched for as a word"), hint);
    }
    for at in &parsed.mixed {
        let part = source.get(at.clone()).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        let hint = format!("if that is meant write ({part}); if one phrase is meant put it in quotes");
        lints.add(at, "words beside each other or with AND belong together before OR does", hint);
    }
    lints.short_names(root, false);
    lints.useless_parts(root);
    lints.odd_wildcards(root);
    let mut found = lints.found;
    found.sort_by_key(|lint| lint.at.start);
    found
}

struct Lints<'a> {
    source: &'a str,
    terms: &'a [Term],
    found: Vec<QueryMistake>,
}

impl Lints<'_> {
    fn add(&mut self, at: &Range<usize>, message: impl Into<String>, hint: impl Into<String>) {
        self.found.push(QueryMistake::new(self.source, at.clone(), message, hint));
    }

    /// Names so short that they are found in many texts that mean something else.
    fn short_names(&mut self, node: &Node, narrowed: bool) {
        match &node.what {
            What::Not(_) | What::Field(_) => {}
            What::Near(_, sides) => {
                self.short_names(&sides.0, true);
                self.short_names(&sides.1, true);
            }
            What::Or(parts) => parts.iter().for_each(|part| self.short_names(part, narrowed)),
            What::And(parts) => {
                for part in parts {
                    // Another part that must be there too makes a short name safe.
                    let others = parts.iter().any(|other| !std::ptr::eq(other, part) && other.is_positive());
                    self.short_names(part, narrowed || others);
                }
            }
            What::Term(number) => {
                if let (false, Some(term)) = (narrowed, self.terms.get(*number))
                    && let Some(risk) = risk(term)
                {
                    let shown = term.shown();
                    let hint = format!("narrow it, such as ({shown} AND …), or use the brand's @name or #tag");
                    self.add(&node.at, format!("`{shown}` {risk}"), hint);
                }
            }
        }
    }

    /// Parts of an OR that find nothing new, and a NOT that refuses what must be there.
    fn useless_parts(&mut self, node: &Node) {
        match &node.what {
            What::Term(_) | What::Field(_) | What::Near(..) => {}
            What::Not(inner) => self.useless_parts(inner),
            What::Or(parts) => {
                self.found_already(parts);
                parts.iter().for_each(|part| self.useless_parts(part));
            }
            What::And(parts) => {
                self.never_true(parts);
                parts.iter().for_each(|part| self.useless_parts(part));
            }
        }
    }

    fn found_already(&mut self, parts: &[Node]) {
        let alternatives: Vec<(usize, &Node)> = parts
            .iter()
            .enumerate()
            .filter_map(
                |(place, part)| if let What::Term(number) = part.what { Some((place, number, part)) } else { None },
            )
            .map(|(_, number, part)| (number, part))
            .collect();
        for (place, (number, part)) in alternatives.iter().enumerate() {
            let wider = alternatives.iter().enumerate().find(|(other_place, (other, _))| {
                if other == number { *other_place < place } else { self.stands_in(*other, *number) }
            });
            let Some((_, (other, _))) = wider else { continue };
            let (Some(term), Some(wide)) = (self.terms.get(*number), self.terms.get(*other)) else { continue };
            let (shown, wide) = (term.shown(), wide.shown());
            let message = if other == number {
                format!("`{shown}` stands here twice")
            } else {
                format!("`{shown}` finds nothing that `{wide}` does not find")
            };
            self.add(&part.at, message, format!("remove it, or remove `{wide}` if that is too wide"));
        }
    }

    fn never_true(&mut self, parts: &[Node]) {
        let demanded: Vec<usize> = parts
            .iter()
            .filter_map(|part| if let What::Term(number) = part.what { Some(number) } else { None })
            .collect();
        for part in parts {
            let What::Not(inner) = &part.what else { continue };
            let refused: Vec<usize> = match &inner.what {
                What::Term(number) => vec![*number],
                What::Or(parts) => {
                    parts.iter().filter_map(|part| if let What::Term(n) = part.what { Some(n) } else { None }).collect()
                }
                _ => Vec::new(),
            };
            let clash = refused.iter().find_map(|no| {
                demanded.iter().find(|yes| *yes == no || self.stands_in(*no, **yes)).map(|yes| (*no, *yes))
            });
            let Some((no, yes)) = clash else { continue };
            let (Some(no), Some(yes)) = (self.terms.get(no), self.terms.get(yes)) else { continue };
            let message = format!("nothing can match: every text with `{}` has `{}`", yes.shown(), no.shown());
            self.add(&part.at, message, "narrow what is left out");
        }
    }

    /// Whether every text that has `long` has `short` too.
    fn stands_in(&self, short: usize, long: usize) -> bool {
        let terms = self.terms.get(short).zip(self.terms.get(long));
        terms.is_some_and(|(short, long)| stands_in(short, long))
    }

    /// Wildcards that add nothing, or ask for a letter where a question was meant.
    fn odd_wildcards(&mut self, node: &Node) {
        match &node.what {
            What::Field(_) => {}
            What::Not(inner) => self.odd_wildcards(inner),
            What::Near(_, sides) => {
                self.odd_wildcards(&sides.0);
                self.odd_wildcards(&sides.1);
            }
            What::And(parts) | What::Or(parts) => parts.iter().for_each(|part| self.odd_wildcards(part)),
            What::Term(number) => {
                let Some(term) = self.terms.get(*number).filter(|term| term.kind == TermKind::Wild) else { return };
                let (shown, text) = (term.shown(), term.folded.as_str());
                let plain = text.trim_matches('*');
                let is_bare = |c: Option<char>| c.is_some_and(is_unspaced);
                let useless = (text.starts_with('*') && is_bare(plain.chars().next()))
                    || (text.ends_with('*') && is_bare(plain.chars().next_back()));
                if useless && !plain.contains(['*', '?']) {
                    self.add(
                        &node.at,
                        format!("`{shown}` finds nothing that `{plain}` does not find"),
                        format!("write {plain}"),
                    );
                } else if text.ends_with('?') && is_bare(text.trim_end_matches('?').chars().next_back()) {
                    let hint = "if a question is meant, put it in quotes, or write has:question";
                    self.add(&node.at, format!("`?` in `{shown}` stands for one more character"), hint);
                }
            }
        }
    }
}

/// Why a query that asks for no word is refused.
pub(super) fn asks_for_nothing(source: &str, root: &Node) -> QueryMistake {
    let part = root.negative_part();
    let is_field = matches!(&part.what, What::Field(field) if !matches!(field, Field::Author(_) | Field::Site(_)));
    let all_fields =
        matches!(&part.what, What::And(parts) if parts.iter().any(|part| matches!(part.what, What::Field(_))));
    if is_field || all_fields {
        let hint = "say which words must be there too: word AND …";
        return QueryMistake::new(
            source,
            part.at.clone(),
            "this asks for no word, and so for every post of that kind",
            hint,
        );
    }
    let hint = "say what must be there too: word AND NOT …";
    QueryMistake::new(source, part.at.clone(), "this matches every text that does not have a word", hint)
}

/// Words so common that a topic with one of them alone gets what everybody talks about; folded.
const COMMON: &str = "
今天 明天 昨天 大家 真的 可以 没有 什么 这个 那个 我们 你们 他们 知道 觉得 现在 因为 所以 但是 如果 已经 还是 不是 就是 一个 时候 今年 公司 台湾 中国 手机 电脑 店家 客服 服务
问题 好吃 好喝 便宜 价格 新闻 政府 老板 朋友 学校 工作 医院 银行 餐厅 咖啡 奶茶 早餐 网路 网络 小孩 喜欢 推荐 请问 谢谢 不错 难吃 难喝 很烂 退款 订单 外送 快递 品质 质量 活动
the and you for with this that have good new time day people company service phone app store help please thanks love hate price buy shop order refund delivery customer support
これ それ すごい 今日 会社 サービス 電話 お店 店員 商品 値段 予約 コーヒー スマホ アプリ 的 了 是 그냥 오늘 진짜 서비스 회사 가격 주문 배송 환불 고객센터 카페 커피 휴대폰 앱
";

fn is_common(folded: &str) -> bool {
    static WORDS: std::sync::OnceLock<std::collections::HashSet<String>> = std::sync::OnceLock::new();
    WORDS.get_or_init(|| COMMON.split_whitespace().map(crate::text::fold).collect()).contains(folded)
}

/// Why a term is risky on its own.
fn risk(term: &Term) -> Option<&'static str> {
    if term.kind != TermKind::Text {
        return None;
    }
    let letters: Vec<char> = term.folded.chars().filter(|c| is_searchable(*c)).collect();
    let katakana = |c: &char| matches!(c, '\u{30A0}'..='\u{30FF}');
    match letters.as_slice() {
        [one] if is_unspaced(*one) => Some("is one character, and stands inside many other words"),
        [one] if one.is_alphanumeric() => Some("is one letter or digit, and stands in very many texts"),
        [first, second]
            if !is_unspaced(*first) && !is_unspaced(*second) && letters.iter().all(|c| c.is_alphanumeric()) =>
        {
            Some("has two letters, and means many other things")
        }
        [first, second] if katakana(first) && katakana(second) => {
            Some("is two kana, and stands inside many other words")
        }
        _ if is_common(&term.folded) => Some("is a common word, and stands in very many texts"),
        _ => None,
    }
}
