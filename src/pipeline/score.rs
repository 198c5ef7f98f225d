//! Score: asks another scorer how judged texts lean, and puts its answers in before they are stored.
//!
//! In: texts with what our own models said of them. Out: the same, with the scorer's leaning where it answered.
//! Never: loses a text or waits without end (what is not answered stays as it was judged); asks about one text twice; spends more
//! than the day's budget.

mod pause;

use std::collections::HashMap;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use chrono::TimeDelta;
use chrono_tz::Tz;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use tokio::time::{Instant, timeout_at};
use tracing::{debug, error, info, warn};

use self::pause::Pause;
use crate::config::Config;
use crate::domain::id::digest;
use crate::domain::{Clock, Judgement, Language, Probabilities, Sentiment};
use crate::scorer::{self, Asked, Score, Settings};
use crate::store::{ScorerState, Store};
use crate::text::{self, Text};

/// So long an answer is remembered.
const REMEMBERED: TimeDelta = TimeDelta::days(90);
/// No scorer is wholly sure: certainty is kept for what people say.
const LEAST: f32 = 1e-4;

/// Asks a scorer, remembers what it answered, keeps to the budget.
pub struct Scoring {
    store: Store,
    scorer: Arc<dyn Score>,
    settings: Settings,
    name: String,
    zone: Tz,
    clock: Clock,
    /// Whether answers of before are taken.
    remembers: bool,
    standing: Mutex<Standing>,
}

/// How the scorer fares, as far as this process knows.
#[derive(Default)]
struct Standing {
    pause: Pause,
    told: Option<(ScorerState, String)>,
    /// The day in which old answers were last forgotten.
    day: String,
}

/// What asking about a batch of texts gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// For each text, in order: the answer; `None` where our own models' stays.
    pub answers: Vec<Option<Probabilities>>,
    /// Requests that were made.
    pub requests: usize,
    /// Tokens that they cost, as far as the answers tell.
    pub tokens: u64,
    /// Different texts that had been answered before.
    pub remembered: usize,
    /// Different texts that should have been answered and were not.
    pub fell_back: usize,
    /// Why; empty when all were answered.
    pub problem: String,
}

/// A text that is asked about once, however often it is there.
struct Question {
    id: String,
    asked: Asked,
}

/// What became of one call.
enum Called {
    Answered(Vec<(usize, Result<Probabilities, String>)>, u64),
    Failed(String),
    Spent,
    /// Not made, because another had failed.
    Halted,
}

/// What the calls of one batch met.
#[derive(Default)]
struct Met {
    answered: bool,
    spent: bool,
    /// Why a whole call failed.
    failed: String,
    /// What was wrong with single answers.
    odd: String,
}

impl Met {
    /// How the scorer fares after them, and why.
    fn state(self) -> (ScorerState, String) {
        match (self.spent, self.failed.is_empty(), self.answered || self.odd.is_empty()) {
            (true, _, _) => (ScorerState::Spent, "the day's budget is spent".to_owned()),
            (false, false, _) => (ScorerState::Failing, self.failed),
            (false, true, false) => (ScorerState::Failing, self.odd),
            (false, true, true) => (ScorerState::Well, self.odd),
        }
    }
}

impl Scoring {
    /// What the configuration asks for; `None` when it names no scorer, the error when that scorer cannot be had.
    pub fn build(config: &Config, store: Store, clock: Clock) -> Result<Option<Self>, String> {
        let Some(settings) = config.scorer.clone() else { return Ok(None) };
        let scorer = scorer::build(&settings)?;
        Ok(Some(Self::new(store, scorer, settings, config.zone, clock)))
    }

    /// As [`Scoring::build`], but a scorer that cannot be had is logged and shown, and our own models judge alone.
    pub async fn of(config: &Config, store: &Store, clock: &Clock) -> anyhow::Result<Option<Arc<Self>>> {
        match Self::build(config, store.clone(), clock.clone()) {
            Ok(scoring) => Ok(scoring.map(Arc::new)),
            Err(problem) => {
                let name = config.scorer.as_ref().map(Settings::name).unwrap_or_default();
                error!(scorer.name = %name, "the scorer is off until the next start, our own models judge: {problem}");
                let noted = store.put_scorer_state(&name, ScorerState::Failing, &problem, clock.now()).await;
                noted.context("noting the scorer's state")?;
                Ok(None)
            }
        }
    }

    /// A scorer with the rules by which it is asked; its days are those of `zone`.
    pub fn new(store: Store, scorer: Arc<dyn Score>, settings: Settings, zone: Tz, clock: Clock) -> Self {
        let name = settings.name();
        Self { store, scorer, settings, name, zone, clock, remembers: true, standing: Mutex::default() }
    }

    /// The same, asking anew what was answered before.
    #[must_use]
    pub fn anew(self) -> Self {
        Self { remembers: false, ..self }
    }

    /// What its days and its state are kept under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name that judgements carry.
    pub fn model(&self) -> &str {
        self.scorer.name()
    }

    /// The day of now, such as `2026-10-06`.
    pub fn today(&self) -> String {
        self.clock.now().with_timezone(&self.zone).date_naive().to_string()
    }

    /// Puts an answer into a judgement. Themes, spam and language stay; the words that decided our own models stay evidence
    /// only where both say the same.
    pub fn put_in(&self, judgement: &mut Judgement, p: Probabilities) {
        let least = |p: f32| p.max(LEAST);
        let sure = Probabilities::from_weights(least(p.negative), least(p.neutral), least(p.positive));
        let p = sure.unwrap_or(p);
        let (best, confidence) = p.best();
        if best != judgement.p.best().0 {
            judgement.evidence.retain(|evidence| evidence.of != "sentiment");
        }
        let sure = confidence.value() >= self.settings.unsure_below;
        judgement.sentiment = if sure { best } else { Sentiment::Unsure };
        (judgement.p, judgement.polarity, judgement.confidence) = (p, p.polarity(), confidence);
        self.model().clone_into(&mut judgement.model);
    }

    /// Asks about texts in their languages. Errors are the store's; a scorer that fails is told in [`Told`].
    pub async fn ask(&self, texts: Vec<(String, Language)>) -> anyhow::Result<Told> {
        let count = texts.len();
        let (name, settings) = (self.model().to_owned(), self.settings.clone());
        let planned = tokio::task::spawn_blocking(move || plan(&texts, &name, &settings)).await;
        let (questions, places) = planned.context("preparing texts for the scorer")?;
        if questions.is_empty() {
            return Ok(Told { answers: vec![None; count], ..Told::default() });
        }
        let day = self.today();
        let mut answers: Vec<Option<Probabilities>> = vec![None; questions.len()];
        let mut told = Told::default();
        if self.scorer.is_outside() && self.remembers {
            self.forget(&day).await?;
            let ids: Vec<String> = questions.iter().map(|question| question.id.clone()).collect();
            let held = self.store.scorer_answers(&ids).await.context("reading the scorer's answers")?;
            for (answer, id) in answers.iter_mut().zip(&ids) {
                *answer = held.get(id).copied();
            }
            told.remembered = answers.iter().flatten().count();
        }
        self.ask_the_rest(&questions, &mut answers, &day, &mut told).await?;
        told.fell_back = answers.iter().filter(|answer| answer.is_none()).count();
        if told.remembered + told.fell_back > 0 {
            let counts = (told.remembered as i64, told.fell_back as i64);
            let counted = self.store.count_scorer(&self.name, &day, counts.0, counts.1).await;
            counted.context("counting the scorer's answers")?;
        }
        told.answers =
            places.iter().map(|place| place.and_then(|place| answers.get(place).copied().flatten())).collect();
        Ok(told)
    }

    async fn ask_the_rest(
        &self,
        questions: &[Question],
        answers: &mut [Option<Probabilities>],
        day: &str,
        told: &mut Told,
    ) -> anyhow::Result<()> {
        let left: Vec<usize> = (0..questions.len()).filter(|place| answers[*place].is_none()).collect();
        if left.is_empty() {
            return Ok(());
        }
        if let Some(why) = self.standing().pause.why(self.clock.now()) {
            told.problem = why;
            return Ok(());
        }
        let affordable = self.affordable(day, left.len()).await?;
        let halted = AtomicBool::new(false);
        let chunks = left.get(..affordable).unwrap_or_default().chunks(self.scorer.at_once().max(1));
        // Boxed, since the compiler cannot tell otherwise that they may move to another thread.
        let calls: Vec<BoxFuture<'_, anyhow::Result<Called>>> =
            chunks.map(|chunk| self.call(questions, chunk.to_vec(), day, &halted).boxed()).collect();
        let mut met = self.gather(calls, answers, told).await?;
        met.spent |= affordable < left.len();
        let (state, detail) = met.state();
        told.problem.clone_from(&detail);
        self.note(state, detail).await
    }

    /// Makes the calls, some side by side, and takes their answers, as long as one batch may wait.
    async fn gather(
        &self,
        calls: Vec<BoxFuture<'_, anyhow::Result<Called>>>,
        answers: &mut [Option<Probabilities>],
        told: &mut Told,
    ) -> anyhow::Result<Met> {
        let mut calls = pin!(stream::iter(calls).buffer_unordered(self.settings.parallel().max(1)));
        let deadline = Instant::now() + self.settings.patience;
        let mut met = Met::default();
        loop {
            let called = match timeout_at(deadline, calls.next()).await {
                Ok(None) => return Ok(met),
                Ok(Some(called)) => called?,
                Err(_) => {
                    met.odd = format!("not all answers came within {} s", self.settings.patience.as_secs());
                    return Ok(met);
                }
            };
            match called {
                Called::Halted => {}
                Called::Spent => met.spent = true,
                Called::Failed(why) => {
                    told.requests += 1;
                    met.failed = why;
                }
                Called::Answered(each, tokens) => {
                    (told.requests, told.tokens, met.answered) = (told.requests + 1, told.tokens + tokens, true);
                    for (place, answer) in each {
                        match answer {
                            Ok(p) => answers[place] = Some(p),
                            Err(why) => met.odd = format!("an answer is none: {why}"),
                        }
                    }
                }
            }
        }
    }

    /// How many of `wanted` texts the day's budget still takes.
    async fn affordable(&self, day: &str, wanted: usize) -> anyhow::Result<usize> {
        let Some(budget) = self.settings.budget() else { return Ok(wanted) };
        let spent = self.store.scorer_day(&self.name, day).await.context("reading the scorer's budget")?;
        if spent.requests >= budget.requests {
            return Ok(0);
        }
        let left = budget.texts.map_or(i64::MAX, |most| (most - spent.texts).max(0));
        Ok(usize::try_from(left).unwrap_or(usize::MAX).min(wanted))
    }

    /// Makes one call: paid for before, remembered after.
    async fn call(
        &self,
        questions: &[Question],
        chunk: Vec<usize>,
        day: &str,
        halted: &AtomicBool,
    ) -> anyhow::Result<Called> {
        if halted.load(Ordering::SeqCst) {
            return Ok(Called::Halted);
        }
        if let Some(budget) = self.settings.budget() {
            let most = (budget.requests, budget.texts.unwrap_or(i64::MAX));
            let spent = self.store.spend_on_scorer(&self.name, day, chunk.len() as i64, most).await;
            if !spent.context("spending the scorer's budget")? {
                halted.store(true, Ordering::SeqCst);
                return Ok(Called::Spent);
            }
        }
        let asked: Vec<Asked> = chunk.iter().map(|place| questions[*place].asked.clone()).collect();
        let scored = match self.scorer.score(&asked).await {
            Ok(scored) => scored,
            Err(error) => {
                if self.standing().pause.failed(&error, self.clock.now()) {
                    halted.store(true, Ordering::SeqCst);
                }
                return Ok(Called::Failed(error.reason()));
            }
        };
        self.standing().pause.went_well();
        let (each, tokens) = (scored.answers, scored.tokens.unwrap_or(0));
        if self.scorer.is_outside() {
            let answers = chunk
                .iter()
                .zip(&each)
                .filter_map(|(place, answer)| Some((questions[*place].id.clone(), *answer.as_ref().ok()?)));
            let answers: Vec<(String, Probabilities)> = answers.collect();
            let cost = i64::try_from(tokens).unwrap_or(i64::MAX);
            let kept = self.store.keep_scorer_answers(&self.name, day, &answers, cost, self.clock.now()).await;
            kept.context("remembering the scorer's answers")?;
        }
        Ok(Called::Answered(chunk.into_iter().zip(each).collect(), tokens))
    }

    /// Forgets old answers, once a day.
    async fn forget(&self, day: &str) -> anyhow::Result<()> {
        if self.standing().day == day {
            return Ok(());
        }
        let gone = self.store.forget_scorer_answers(self.clock.now() - REMEMBERED).await;
        let gone = gone.context("forgetting old answers of the scorer")?;
        debug!(answer.count = gone, "forgot {gone} old answers of the scorer");
        day.clone_into(&mut self.standing().day);
        Ok(())
    }

    /// Tells and keeps how the scorer fares, when that is another than before.
    async fn note(&self, state: ScorerState, detail: String) -> anyhow::Result<()> {
        let before = {
            let mut standing = self.standing();
            let fresh = Some((state, detail.clone()));
            if standing.told == fresh {
                return Ok(());
            }
            std::mem::replace(&mut standing.told, fresh)
        };
        let name = &self.name;
        let same = before.as_ref().is_some_and(|(before, _)| *before == state);
        match state {
            ScorerState::Well if before.is_some() && !same => info!(scorer.name = %name, "the scorer answers again"),
            ScorerState::Well if detail.is_empty() => {}
            ScorerState::Well => warn!(scorer.name = %name, "our own models judged some texts: {detail}"),
            // The reason may change from call to call; that it fails is told once.
            ScorerState::Failing | ScorerState::Spent if same => {}
            ScorerState::Failing | ScorerState::Spent => {
                warn!(scorer.name = %name, "our own models judge until the scorer answers: {detail}");
            }
        }
        self.store.put_scorer_state(name, state, &detail, self.clock.now()).await.context("noting the scorer's state")
    }

    fn standing(&self) -> std::sync::MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The different texts that are asked about, and for each text which of them it is.
fn plan(texts: &[(String, Language)], name: &str, settings: &Settings) -> (Vec<Question>, Vec<Option<usize>>) {
    let mut questions: Vec<Question> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut place = |(original, language): &(String, Language)| {
        let shown = scorer::masked(&Text::read_as(original, *language));
        if shown.is_empty() || !settings.takes(*language) {
            return None;
        }
        let id = digest(&["scorer", name, &text::fold(&shown)]);
        let place = *known.entry(id.clone()).or_insert(questions.len());
        if place == questions.len() {
            questions.push(Question { id, asked: Asked { text: shown, language: *language } });
        }
        Some(place)
    };
    let places = texts.iter().map(&mut place).collect();
    (questions, places)
}
