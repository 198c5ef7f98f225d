//! Words too common to tell anything, folded (lower case, simplified), in the four languages of the reports.

const STOP_WORDS: &[&str] = &[
    // Chinese
    "我们", "你们", "他们", "她们", "大家", "自己", "什么", "怎么", "这个", "那个", "这样", "那样", "这里", "那里", "这家", "这间",
    "一个", "一样", "一下", "一直", "因为", "所以", "但是", "可是", "不过", "如果", "虽然", "还是", "或是", "或者", "而且", "然后",
    "就是", "也是", "都是", "不是", "没有", "可以", "可能", "应该", "已经", "现在", "今天", "昨天", "明天", "时候", "真的", "觉得",
    "知道", "看到", "有人", "有点", "比较", "非常", "真是", "还有", "只是", "以后", "之后", "之前", "不要", "不会", "不能", "需要",
    // English
    "the", "and", "for", "are", "but", "not", "you", "all", "any", "can", "had", "her", "was", "one", "our", "out", "has", "have",
    "his", "how", "its", "may", "new", "now", "see", "two", "who", "did", "get", "him", "let", "put", "say", "she", "too", "use",
    "that", "this", "with", "from", "they", "will", "would", "there", "their", "what", "about", "which", "when", "make", "like",
    "just", "them", "than", "then", "some", "could", "into", "your", "been", "more", "very", "much", "only", "also", "here", "were",
    // Japanese
    "こと", "これ", "それ", "あれ", "ここ", "そこ", "する", "した", "して", "いる", "ある", "です", "ます", "から", "まで", "など",
    "もの", "ため", "よう", "そう", "でも", "ので", "という", "ない", "なる", "なっ", "ました", "ません", "さん", "られ", "たら",
    // Korean
    "그리고", "그래서", "하지만", "에서", "으로", "하는", "있는", "없는", "정말", "너무", "진짜", "그냥", "이거", "저는", "합니다",
];

/// Whether a folded word tells nothing.
pub(super) fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.contains(&word)
}
