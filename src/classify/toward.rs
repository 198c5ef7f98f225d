//! What a text says of one name in it, when it speaks of several: 「A 比 B 好用太多」.
//!
//! In: a text, the names of the things it may speak of, which of them is meant, the judgement of the whole.
//! Out: a leaning with its evidence, or nothing where the whole text's answer is the answer.
//! Never: judges differently from the judge itself (each part is a text for its model); looks at anything but the text.

mod clause;
mod cue;

use std::ops::Range;

use self::clause::Clause;
use self::cue::Role;
use super::evidence::told;
use super::group::Group;
use super::judge::Judge;
use super::number::{ln, softmax};
use crate::domain::{Evidence, Judgement, Probabilities, Sentiment, Toward};
use crate::query::{Named, Names};
use crate::text::Text;

/// How much each voice counts: for praise against blame, and for neutral against both. Chosen on the training lines of our
/// own corpus and the development parts of the sets in docs/judging.md.
const WHOLE: [f64; 2] = [0.9, 0.9];
/// The whole, where it speaks of two things in two ways, or of another thing than the one that is meant.
const WHOLE_IN_DOUBT: [f64; 2] = [0.3, 0.6];
/// The clauses that speak of it.
const OWN: [f64; 2] = [0.4, 0.1];
/// The clauses that speak of others only: what they say is taken off what the whole says.
const REST: [f64; 2] = [-0.2, -0.1];
/// What is said where something is measured against another.
const MEASURED: [f64; 2] = [1.0, 0.3];
/// That it comes off better (or worse), and that this is no neutral thing to say.
const VERDICT: [f64; 2] = [2.0, -1.2];
/// Clauses that lean to two sides by more than this speak of two things in two ways.
const APART: f64 = 0.15;
/// So many places where names stand are looked at; a text that names more says nothing new after them.
const MOST_NAMES: usize = 200;
/// Evidence told, at most.
const MOST: usize = 5;
/// No probability is taken for smaller than this.
const FLOOR: f64 = 1e-3;

/// What the text makes of each name: its comparisons and clauses.
struct Reading {
    clauses: Vec<Clause>,
    verdicts: Vec<Verdict>,
    /// Names, and words that set one against another: whom they speak for is known already.
    left_out: Vec<Range<usize>>,
}

/// How much the whole text counts beside its parts.
fn whole_counts(heard: &[(Probabilities, [f64; 2])], decided: bool) -> [f64; 2] {
    let way = |wanted: [f64; 2]| {
        let found = heard.iter().find(|(_, counts)| *counts == wanted);
        found.map(|(p, _)| f64::from(p.positive - p.negative))
    };
    let apart =
        way(OWN).zip(way(REST)).is_some_and(|(own, rest)| own * rest < 0.0 && own.abs().min(rest.abs()) > APART);
    let only_measured = way(OWN).is_none() && way(MEASURED).is_some();
    if decided || apart || only_measured { WHOLE_IN_DOUBT } else { WHOLE }
}

/// What is set against what.
#[derive(Clone, Debug)]
struct Verdict {
    role: Role,
    /// What the cue stands at.
    at: usize,
    /// What it is set against, where that is named.
    other: Option<usize>,
    /// The stretch that says how they compare.
    said: Range<usize>,
    words: Vec<Range<usize>>,
    /// Where something is measured: whether the words say plainly that it is better, or worse.
    better: Option<bool>,
}

/// Parts of the text that are judged together, for a thing or against it.
struct View {
    parts: Vec<Range<usize>>,
    /// Whether the reverse of what they say is said of the thing.
    mirrored: bool,
    /// Whether their words are evidence.
    tells: bool,
    counts: [f64; 2],
}

/// What was heard of a thing: praise over blame, and neutral over both, in logarithms.
#[derive(Default)]
struct Voices {
    way: f64,
    still: f64,
}

impl Voices {
    fn hear(&mut self, p: &Probabilities, counts: [f64; 2]) {
        let [negative, neutral, positive] = [p.negative, p.neutral, p.positive].map(|p| ln(f64::from(p).max(FLOOR)));
        self.way += counts[0] * (positive - negative);
        self.still += counts[1] * (neutral - (negative + positive) / 2.0);
    }

    fn probabilities(&self) -> Option<Probabilities> {
        let [negative, neutral, positive] = softmax([-self.way / 2.0, self.still, self.way / 2.0]).map(|p| p as f32);
        Probabilities::from_weights(negative, neutral, positive)
    }
}

impl Judge {
    /// What a text says of the thing `which` of `names`; `None` when it does not name it, or speaks of nothing else and
    /// compares it with nothing: then the whole text's answer is the answer.
    pub fn toward(&self, text: &Text, names: &Names, which: usize, whole: &Judgement) -> Option<Toward> {
        let reading = Reading::of(text, names.find(text), which)?;
        let mut evidence = Vec::new();
        let heard: Vec<(Probabilities, [f64; 2])> = reading
            .views(which)
            .into_iter()
            .filter_map(|view| Some((self.look(text, &view, &reading.left_out, &mut evidence)?, view.counts)))
            .collect();
        let decided = reading.verdicts.iter().any(|verdict| verdict.decides(which).is_some());
        let mut voices = Voices::default();
        voices.hear(&whole.p, whole_counts(&heard, decided));
        heard.iter().for_each(|(p, counts)| voices.hear(p, *counts));
        for (verdict, wins) in reading.verdicts.iter().filter_map(|verdict| Some((verdict, verdict.decides(which)?))) {
            let sign = if wins { 1.0 } else { -1.0 };
            voices.way += sign * VERDICT[0];
            voices.still += VERDICT[1];
            evidence.extend(verdict.words.iter().map(|place| told(text, place.clone(), sign, "sentiment")));
        }
        let p = voices.probabilities()?;
        let (best, confidence) = p.best();
        let sure = f64::from(confidence.value()) >= self.unsure_below(text.language());
        evidence.retain(|one| one.start < one.end);
        evidence.sort_by(|a: &Evidence, b| b.weight.abs().total_cmp(&a.weight.abs()).then(a.start.cmp(&b.start)));
        evidence.truncate(MOST);
        Some(Toward { sentiment: if sure { best } else { Sentiment::Unsure }, p, evidence })
    }

    /// Judges parts of a text as one text without the names; mirrored when they are said of the other.
    fn look(
        &self,
        text: &Text,
        view: &View,
        left_out: &[Range<usize>],
        evidence: &mut Vec<Evidence>,
    ) -> Option<Probabilities> {
        let mut cut = String::new();
        // Where each stretch of `cut` stands in the original.
        let mut places: Vec<(Range<usize>, usize)> = Vec::new();
        for part in &view.parts {
            for piece in without(part, left_out) {
                let place = text.span(piece);
                let piece = text.original().get(place.clone()).unwrap_or_default();
                places.push((cut.len()..cut.len() + piece.len(), place.start));
                cut.push_str(piece);
            }
            cut.push('\n');
        }
        if !cut.chars().any(char::is_alphanumeric) {
            return None;
        }
        let (p, _, decided) = self.sentiment(&Text::read_as(&cut, text.language()), Group::of(text.language()));
        let sign = if view.mirrored { -1.0 } else { 1.0 };
        for one in decided.into_iter().filter(|_| view.tells) {
            let inside = places.iter().find(|(place, _)| place.start <= one.start && one.start < place.end);
            if let Some((place, start)) = inside {
                let begin = start + (one.start - place.start);
                let end = start + (one.end.min(place.end) - place.start);
                evidence.push(Evidence { start: begin, end, of: one.of, weight: one.weight * sign });
            }
        }
        Some(if view.mirrored {
            Probabilities { negative: p.positive, neutral: p.neutral, positive: p.negative }
        } else {
            p
        })
    }
}

impl Verdict {
    /// Whether it says by itself that a thing comes off better or worse.
    fn decides(&self, which: usize) -> Option<bool> {
        let wins = match self.role {
            Role::Wins => true,
            Role::Loses => false,
            Role::Measure => !self.better?,
            Role::MeasureOfNot => self.better?,
        };
        match which {
            _ if which == self.at => Some(wins),
            _ if Some(which) == self.other => Some(!wins),
            _ => None,
        }
    }
}

impl Reading {
    /// Reads a text; `None` when the thing is not named, or nothing parts the text.
    fn of(text: &Text, mut named: Vec<Named>, which: usize) -> Option<Self> {
        named.truncate(MOST_NAMES);
        if named.iter().all(|one| one.thing != which) {
            return None;
        }
        let folded = text.folded();
        clause::named_again(folded, &mut named);
        let mut clauses = clause::cut(folded, text.language(), &named);
        let found: Vec<Option<Verdict>> =
            (0..named.len()).map(|index| verdict(folded, &named, &clauses, index)).collect();
        let several = named.iter().any(|one| one.thing != which);
        if !several && found.iter().all(Option::is_none) {
            return None;
        }
        let measure = |index: usize| {
            let role = found.get(index).and_then(Option::as_ref).map(|verdict| verdict.role);
            matches!(role, Some(Role::Measure | Role::MeasureOfNot))
        };
        clause::share(folded, &mut clauses, &named, |index| !measure(index));
        let verdicts: Vec<Verdict> = found.into_iter().flatten().collect();
        let words = verdicts.iter().flat_map(|verdict| verdict.words.iter().cloned());
        let mut left_out: Vec<Range<usize>> = named.into_iter().map(|one| one.place).chain(words).collect();
        left_out.sort_by_key(|place| (place.start, place.end));
        Some(Self { clauses, verdicts, left_out })
    }

    /// What is judged for a thing: the clauses that speak of it, those that do not, and where something is measured.
    fn views(&self, which: usize) -> Vec<View> {
        let of = |wanted: bool| -> Vec<Range<usize>> {
            let clauses = self.clauses.iter().filter(|clause| clause.of.contains(&which) == wanted);
            clauses.map(|clause| clause.place.clone()).collect()
        };
        let view = |parts, mirrored, counts| View { parts, mirrored, tells: counts != REST, counts };
        let mut views = vec![view(of(true), false, OWN), view(of(false), false, REST)];
        for verdict in &self.verdicts {
            // 「B 比 A 好」 says of A the reverse; 「B 沒有 A 好」 says it of B.
            let mirrored = match (verdict.role, verdict.at == which, verdict.other == Some(which)) {
                (Role::Measure, true, _) | (Role::MeasureOfNot, false, true) => true,
                (Role::MeasureOfNot, true, _) => false,
                _ => continue,
            };
            views.push(view(vec![verdict.said.clone()], mirrored, MEASURED));
        }
        views.retain(|view| !view.parts.is_empty());
        views
    }
}

/// What the words beside a name make of it.
fn verdict(folded: &str, named: &[Named], clauses: &[Clause], index: usize) -> Option<Verdict> {
    let one = named.get(index)?;
    let before = index.checked_sub(1).and_then(|before| named.get(before)).map_or(0, |before| before.place.end);
    let after = named.get(index + 1).map_or(folded.len(), |after| after.place.start);
    let found = cue::at(folded, &(before..after), &one.place)?;
    let (ahead, behind) = named.split_at(index);
    let other = ahead.iter().rev().chain(behind).find(|other| other.thing != one.thing).map(|other| other.thing);
    let own = clauses
        .iter()
        .position(|clause| clause.place.start <= one.place.start && one.place.start < clause.place.end)?;
    let end = clauses.get(own)?.place.end;
    // What is said after the measure; where its clause ends with it, the next clause says it.
    let last = found.words.iter().map(|word| word.end).chain([one.place.end]).max()?;
    let mut said = clauses.get(own)?.place.clone();
    let rest = folded.get(last..end)?.chars().filter(|c| c.is_alphanumeric()).count();
    let ahead = folded.get(said.start..one.place.start)?.chars().filter(|c| c.is_alphanumeric()).count();
    if rest < 2 && ahead < 12 {
        said.end = clauses.get(own + 1).map_or(end, |next| next.place.end);
    }
    let better = cue::compares(folded.get(said.clone())?);
    Some(Verdict { role: found.role, at: one.thing, other, said, words: found.words, better })
}

/// A stretch without what is left out of it; `left_out` is in order.
fn without(part: &Range<usize>, left_out: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut start = part.start;
    for hole in left_out.iter().filter(|hole| part.start <= hole.start && hole.end <= part.end) {
        if start < hole.start {
            pieces.push(start..hole.start);
        }
        start = start.max(hole.end);
    }
    if start < part.end {
        pieces.push(start..part.end);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn toward(text: &str, names: &[&[&str]], which: usize) -> Option<Toward> {
        let judge = Judge::built_in().expect("the built-in judge");
        let things: Vec<Vec<String>> =
            names.iter().map(|spellings| spellings.iter().map(|name| (*name).to_owned()).collect()).collect();
        let text = Text::read(text);
        judge.toward(&text, &Names::new(&things).expect("few names"), which, &judge.judge(&text))
    }

    #[test]
    fn each_of_two_names_gets_what_is_said_of_it() {
        use Sentiment::{Negative, Positive};
        for (text, a, b) in [
            ("綠葉比嫩芽好用太多", Negative, Positive),
            ("嫩芽比綠葉好喝多了", Positive, Negative),
            ("嫩芽比绿叶难喝多了", Negative, Positive),
            ("嫩芽不如綠葉", Negative, Positive),
            ("嫩芽沒有綠葉那麼好喝", Negative, Positive),
            ("嫩芽屌打綠葉", Positive, Negative),
            ("嫩芽被綠葉屌打", Negative, Positive),
            ("嫩芽很爛，還好有綠葉", Negative, Positive),
            ("退訂嫩芽，改喝綠葉", Negative, Positive),
            ("從嫩芽跳槽到綠葉，回不去了", Negative, Positive),
            ("綠葉服務超好，嫩芽的店員態度很差", Negative, Positive),
            ("switched from 嫩芽 to 綠葉, never looked back", Negative, Positive),
            ("Sprout is so much better than Leaf", Positive, Negative),
            ("Sprout is worse than Leaf", Negative, Positive),
            ("Leaf beats Sprout any day", Negative, Positive),
            ("Sprout was terrible, but Leaf is amazing", Negative, Positive),
            ("嫩芽より綠葉のほうが断然いい", Negative, Positive),
            ("綠葉は嫩芽より美味しい", Negative, Positive),
            ("嫩芽は綠葉に負けてる", Negative, Positive),
            ("嫩芽から綠葉に乗り換えました", Negative, Positive),
            ("스프라우트보다 리프가 훨씬 나아요", Negative, Positive),
            ("스프라우트는 리프만 못해요", Negative, Positive),
        ] {
            let names: [&[&str]; 2] = [&["嫩芽", "sprout", "스프라우트"], &["綠葉", "leaf", "리프"]];
            for (which, wanted) in [a, b].into_iter().enumerate() {
                let told = toward(text, &names, which).expect("two names");
                assert_eq!(told.p.best().0, wanted, "{text}: {which} {:?}", told.p);
                for evidence in &told.evidence {
                    assert!(text.get(evidence.start..evidence.end).is_some_and(|span| !span.is_empty()), "{text}");
                }
            }
        }
    }

    #[test]
    fn one_name_alone_has_the_whole_texts_answer_unless_it_is_compared() {
        assert_eq!(toward("嫩芽很爛，再也不去", &[&["嫩芽"]], 0), None);
        assert_eq!(toward("綠葉很爛", &[&["嫩芽"], &["綠葉"]], 0), None, "it is not named");
        assert_eq!(toward("嫩芽比綠葉好嗎？", &[&["嫩芽"]], 0), None, "a question compares nothing");
        let told = toward("我換到隔壁了，比嫩芽好喝太多", &[&["嫩芽"]], 0).expect("compared");
        assert_eq!(told.p.best().0, Sentiment::Negative, "{:?}", told.p);
    }

    #[test]
    fn scripts_do_not_matter_and_hostile_texts_do_no_harm() {
        let p = |text: &str| toward(text, &[&["嫩芽"], &["綠葉"]], 0).map(|told| told.p);
        assert_eq!(p("嫩芽難喝，還好有綠葉"), p("嫩芽难喝，还好有绿叶"));
        let (long, many) = ("嫩芽比綠葉".repeat(10_000), "嫩芽，".repeat(16_000) + "綠葉");
        let far = "綠葉".to_owned() + &"，好".repeat(25_000) + "嫩芽";
        for text in ["嫩芽綠葉", "嫩芽，綠葉", "比嫩芽比綠葉比", "而嫩芽而綠葉而", long.as_str(), far.as_str()]
        {
            let p = p(text).expect("two names");
            assert!((p.negative + p.neutral + p.positive - 1.0).abs() < 1e-3);
        }
        assert_eq!(p(&many), None, "what is named after two hundred places is not looked at");
    }
}
