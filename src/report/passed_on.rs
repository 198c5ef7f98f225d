//! The stories of a period that were passed on most, wherever their originals lie.

use std::collections::{BTreeMap, BTreeSet};

use super::figures::Item;
use crate::domain::{MentionId, Spread};

/// How many stories a report lists.
const TOP: usize = 5;

/// A story that was passed on in the period.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// Its original; the first copy of the period, without an author, when the original is not held under the topic.
    pub item: Item,
    /// Copies within the period.
    pub times: i64,
    /// The mention shown and the copies of the period.
    pub evidence: Vec<MentionId>,
}

/// The originals of copies in `items` that are not among them: they are from before the period.
pub fn originals_elsewhere(items: &[Item]) -> Vec<MentionId> {
    let here: BTreeSet<&MentionId> = items.iter().map(|item| &item.id).collect();
    let wanted: BTreeSet<&MentionId> =
        copies(items).map(|copy| &copy.story).filter(|story| !here.contains(story)).collect();
    wanted.into_iter().cloned().collect()
}

/// The stories with the most copies in `items`, most first. `elsewhere` are originals of the topic from before the period.
pub fn passed_on(items: &[Item], elsewhere: &[Item]) -> Vec<Story> {
    let mut stories: BTreeMap<&MentionId, Vec<&Item>> = BTreeMap::new();
    for copy in copies(items) {
        stories.entry(&copy.story).or_default().push(copy);
    }
    let known: BTreeMap<&MentionId, &Item> = elsewhere.iter().chain(items).map(|item| (&item.id, item)).collect();
    let mut found: Vec<Story> = stories
        .into_iter()
        .filter_map(|(story, copies)| {
            let told = known.get(story).filter(|item| !item.text.is_empty()).map(|item| (*item).clone());
            let item = told.or_else(|| stand_in(&copies))?;
            let others = copies.iter().map(|copy| &copy.id).filter(|id| **id != item.id).cloned();
            let evidence = std::iter::once(item.id.clone()).chain(others).collect();
            Some(Story { item, times: copies.len() as i64, evidence })
        })
        .collect();
    found.sort_by(|a, b| {
        (b.times.cmp(&a.times)).then_with(|| (a.item.posted_at, &a.item.id).cmp(&(b.item.posted_at, &b.item.id)))
    });
    found.truncate(TOP);
    found
}

fn copies(items: &[Item]) -> impl Iterator<Item = &Item> {
    items.iter().filter(|item| item.spread != Spread::Original)
}

/// The first copy that has a text. Who passed a story on is not its author, so it is shown without one.
fn stand_in(copies: &[&Item]) -> Option<Item> {
    let first = copies.iter().filter(|copy| !copy.text.is_empty()).min_by_key(|copy| (copy.posted_at, &copy.id))?;
    Some(Item { author: String::new(), ..(*first).clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Sentiment;
    use crate::report::figures::tests::item;

    fn copies_of(original: &Item, numbers: std::ops::Range<usize>) -> Vec<Item> {
        let copy =
            |n| Item { spread: Spread::Repost, story: original.id.clone(), ..item(n, Sentiment::Negative, "發霉") };
        numbers.map(copy).collect()
    }

    #[test]
    fn the_loudest_story_counts_wherever_its_original_lies() {
        let (before, within) = (item(0, Sentiment::Negative, "發霉"), item(1, Sentiment::Neutral, "拿鐵"));
        let mut items = vec![within.clone()];
        items.extend(copies_of(&within, 2..4));
        items.extend(copies_of(&before, 10..60));
        assert_eq!(originals_elsewhere(&items), std::slice::from_ref(&before.id));
        let top = passed_on(&items, std::slice::from_ref(&before));
        assert_eq!(
            top.iter().map(|story| (&story.item.id, story.times)).collect::<Vec<_>>(),
            [(&before.id, 50), (&within.id, 2)]
        );
        assert_eq!(top[0].evidence.len(), 51);
    }

    #[test]
    fn a_story_whose_original_is_not_held_is_shown_by_its_first_copy_without_an_author() {
        let gone = item(0, Sentiment::Negative, "");
        let items = copies_of(&gone, 1..4);
        for elsewhere in [&[][..], std::slice::from_ref(&gone)] {
            let top = passed_on(&items, elsewhere);
            assert_eq!((&top[0].item.id, top[0].item.author.as_str(), top[0].times), (&items[0].id, "", 3));
            assert_eq!(top[0].evidence.len(), 3);
        }
    }
}
