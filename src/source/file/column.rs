//! Which column of a file is what.

use super::FileError;

macro_rules! columns {
    ($($variant:ident => $word:literal, [$($known:literal),*];)*) => {
        /// What a column of a file holds.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Column {
            $(#[doc = concat!("`", $word, "`")] $variant,)*
        }

        impl Column {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word in `--columns`, which is also a name that is known in files.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Other names in files that are taken for it.
            pub fn known_names(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($known),*]),* }
            }
        }
    };
}

columns! {
    Text => "text", ["body", "content", "message", "full_text", "caption", "內容", "内容", "文字", "本文", "貼文內容", "留言內容"];
    Time => "time", ["date", "datetime", "timestamp", "created_at", "posted_at", "published", "published_at", "時間", "时间", "日期", "發布時間", "发布时间", "投稿日時"];
    Id => "id", ["post_id", "native_id", "編號", "编号"];
    Title => "title", ["subject", "headline", "標題", "标题", "タイトル"];
    Url => "url", ["link", "permalink", "網址", "网址", "連結", "链接"];
    Author => "author", ["user", "username", "screen_name", "name", "作者", "帳號", "账号", "發文者", "投稿者"];
    Followers => "followers", ["followers_count", "粉絲數", "粉丝数", "追蹤數"];
    Platform => "platform", ["source", "site", "平台", "來源", "来源"];
    Language => "language", ["lang", "語言", "语言"];
    Likes => "likes", ["like_count", "favorites", "讚", "讚數", "按讚數", "点赞", "いいね"];
    Reposts => "reposts", ["shares", "retweets", "share_count", "分享", "分享數", "转发"];
    Replies => "replies", ["comments", "comment_count", "reply_count", "留言數", "回覆數", "评论"];
    ReplyTo => "reply_to", ["in_reply_to", "parent_id"];
}

impl Column {
    /// The column of this word.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|column| column.as_str() == word)
    }
}

/// Where each column is found: by place in CSV, by key in JSON Lines.
#[derive(Debug)]
pub(super) struct Columns(Vec<(Column, Vec<String>)>);

impl Columns {
    /// What was named goes before what is known. `header` is `None` where lines name their own keys.
    pub(super) fn find(named: &[(Column, String)], header: Option<&[String]>) -> Result<Self, FileError> {
        let folded = |name: &str| name.trim().to_lowercase().replace([' ', '-'], "_");
        let mut found = Vec::new();
        for column in Column::ALL.iter().copied() {
            let given = named.iter().find(|(of, _)| *of == column).map(|(_, name)| name.clone());
            if let (Some(name), Some(header)) = (&given, header)
                && !header.contains(name)
            {
                return Err(FileError::NoSuchColumn { named: name.clone(), found: header.join(", ") });
            }
            let known = [column.as_str()].into_iter().chain(column.known_names().iter().copied());
            let names: Vec<String> = match (given, header) {
                (Some(name), _) => vec![name],
                (None, None) => known.map(str::to_owned).collect(),
                (None, Some(header)) => known
                    .filter_map(|known| header.iter().find(|there| folded(there) == known))
                    .filter(|there| named.iter().all(|(_, name)| name != *there))
                    .take(1)
                    .cloned()
                    .collect(),
            };
            found.push((column, names));
        }
        Ok(Self(found))
    }

    /// Whether the columns that no row can lack are there.
    pub(super) fn check(&self, has_time: bool, header: Option<&[String]>) -> Result<(), FileError> {
        let Some(header) = header else { return Ok(()) };
        let needed = [(Column::Text, "text"), (Column::Time, "time")];
        for (column, missing) in needed.into_iter().filter(|(column, _)| *column != Column::Time || !has_time) {
            if self.names(column).is_empty() {
                return Err(FileError::NoColumn { missing, found: header.join(", ") });
            }
        }
        Ok(())
    }

    /// The names under which a column is looked for, best first.
    pub(super) fn names(&self, column: Column) -> &[String] {
        self.0.iter().find(|(of, _)| *of == column).map_or(&[], |(_, names)| names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn columns_are_known_by_their_usual_names_in_several_languages() {
        let header = header(&["編號", "發布時間", "內容", "Created At"]);
        let columns = Columns::find(&[], Some(&header)).expect("found");
        assert_eq!(columns.names(Column::Text), ["內容"]);
        assert_eq!(columns.names(Column::Id), ["編號"]);
        assert!(columns.check(false, Some(&header)).is_ok());
        assert!(columns.names(Column::Author).is_empty());
    }

    #[test]
    fn a_column_that_was_named_goes_first_and_must_be_there() {
        let header = header(&["text", "comment", "date"]);
        let columns = Columns::find(&[(Column::Text, "comment".to_owned())], Some(&header)).expect("found");
        assert_eq!(columns.names(Column::Text), ["comment"]);
        let wrong = Columns::find(&[(Column::Text, "coment".to_owned())], Some(&header)).expect_err("not there");
        assert_eq!(wrong.to_string(), "the file has no column `coment`; its columns are: text, comment, date");
    }

    #[test]
    fn a_file_without_a_time_says_so() {
        let header = header(&["text"]);
        let columns = Columns::find(&[], Some(&header)).expect("found");
        assert!(matches!(columns.check(false, Some(&header)), Err(FileError::NoColumn { missing: "time", .. })));
        assert!(columns.check(true, Some(&header)).is_ok());
    }
}
