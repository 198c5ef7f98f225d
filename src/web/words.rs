//! The words of the pages, each in four languages: zh-TW, zh-CN, en, ja.
//!
//! In: a locale. Out: text for people. Never: markup, numbers without their unit.

use crate::alert::words::{number, pick};
use crate::domain::{DeliveryState, IncidentState, Language, Locale, Platform, Priority, Sentiment, TicketState};
use crate::store::SourceState;

pub(super) use crate::alert::words::{Texts, length, severity};

macro_rules! words {
    ($($name:ident = $zh_tw:literal, $zh_cn:literal, $en:literal, $ja:literal;)*) => {
        $(pub(super) const $name: Texts = [$zh_tw, $zh_cn, $en, $ja];)*
    };
}
pub(super) use words;

words! {
    // Places
    OVERVIEW = "總覽", "总览", "Overview", "概要";
    INCIDENTS = "事件", "事件", "Incidents", "インシデント";
    MENTIONS = "提及", "提及", "Mentions", "投稿";
    TICKETS = "工單", "工单", "Tickets", "チケット";
    SOURCES = "來源", "来源", "Sources", "情報源";
    OUTBOX = "通知", "通知", "Alerts", "通知";
    TOPIC = "主題", "主题", "Topic", "トピック";
    TOPICS = "主題", "主题", "Topics", "トピック";
    SKIP = "跳到內容", "跳到内容", "Skip to content", "本文へ";
    MAIN_NAV = "主要頁面", "主要页面", "Main pages", "主なページ";
    LANGUAGES = "介面語言", "界面语言", "Language of the pages", "表示言語";
    // Who
    WHO = "您是誰？", "您是谁？", "Who are you?", "お名前は？";
    YOUR_NAME = "您的名字", "您的名字", "Your name", "お名前";
    REMEMBER = "記住", "记住", "Remember", "覚える";
    WHO_ABOUT = "動作會以這個名字記錄在案。目前還沒有登入功能：能開啟這個網頁的人都能操作，請只在可信任的網路上使用。", "操作会以这个名字记录在案。目前还没有登录功能：能打开这个网页的人都能操作，请只在可信任的网络上使用。", "What you do is recorded under this name. There is no sign-in yet: whoever can open this page can act, so keep it on a network you trust.", "操作はこの名前で記録されます。まだログイン機能がないため、このページを開ける人は誰でも操作できます。信頼できるネットワークでのみお使いください。";
    SHARE_OF_VOICE = "聲量占比", "声量占比", "Share of voice", "シェア・オブ・ボイス";
    SHARE_ABOUT = "各主題占這些主題全部提及的比例；廣告等垃圾訊息不計。", "各主题占这些主题全部提及的比例；广告等垃圾信息不计。", "Each topic's part of all mentions of these topics; adverts and the like are left out.", "これらのトピックの全投稿に占める各トピックの割合。広告などは除きます。";
    GROUPS = "群組", "群组", "Groups", "グループ";
    LABEL = "標籤", "标签", "Label", "ラベル";
    // Trying a query
    QUERY = "查詢條件", "查询条件", "Query", "検索式";
    TRY_QUERY = "試用查詢條件", "试用查询条件", "Try the query", "検索式を試す";
    TRY = "試試看", "试试看", "Try", "試す";
    TRY_ABOUT = "在最近收到的文章上試用，不會改變任何設定。滿意之後，請把它寫進主題檔，或執行：", "在最近收到的文章上试用，不会改变任何设置。满意之后，请把它写进主题文件，或运行：", "It is tried on the newest posts and changes nothing. Once it is right, put it into the topic's file, or run:", "最近の投稿で試すだけで、設定は変わりません。よければトピックのファイルに書くか、次を実行してください：";
    QUERY_MISTAKES = "這個查詢條件還不能用", "这个查询条件还不能用", "This query cannot be used yet", "この検索式はまだ使えません";
    QUERY_WARNINGS = "請留意", "请留意", "Take care", "ご注意ください";
    TRIED_BROUGHT = "由哪個條件找到", "由哪个条件找到", "What brought them", "どの条件で見つかったか";
    TRIED_REMOVED = "被 NOT 排除的", "被 NOT 排除的", "Removed by NOT", "NOT で除かれたもの";
    TRIED_NEAR = "只差一個條件的", "只差一个条件的", "Would match but for one clause", "あと一つの条件で外れたもの";
    TRIED_MATCHES = "符合的文章", "符合的文章", "Posts that match", "一致した投稿";
    TRIED_NOTHING = "沒有符合的文章。", "没有符合的文章。", "No post matches.", "一致する投稿はありません。";
    // Acting
    ACKNOWLEDGE = "我來處理", "我来处理", "Acknowledge", "確認しました";
    RESOLVE = "標記為結束", "标记为结束", "Mark as over", "終息にする";
    ASK_RESOLVE = "確定這起事件已經結束？", "确定这起事件已经结束？", "Is this incident really over?", "このインシデントを終息にしますか？";
    SILENCE_HOUR = "靜音 1 小時", "静音 1 小时", "Silence for 1 h", "1 時間通知停止";
    OPEN_TICKET = "開工單", "开工单", "Open a ticket", "チケットを作る";
    SHOW_TICKET = "查看工單", "查看工单", "Show ticket", "チケットを見る";
    SILENCE = "靜音", "静音", "Silence", "通知停止";
    SILENCES = "靜音中", "静音中", "Silences", "停止中の通知";
    SILENCES_ABOUT = "靜音期間仍會持續監看並記錄事件，只是不發送通知；靜音結束後若事件仍在進行，會補發一次。", "静音期间仍会持续监看并记录事件，只是不发送通知；静音结束后若事件仍在进行，会补发一次。", "While a topic is silent, incidents are still watched and kept; only alerts are held back. If an incident still goes on afterwards, it is told then.", "停止中も監視と記録は続き、通知だけを控えます。停止が終わってもまだ続いていれば、そのとき通知します。";
    NO_SILENCE = "目前沒有靜音。", "目前没有静音。", "Nothing is silenced.", "停止中の通知はありません。";
    END_NOW = "立即結束", "立即结束", "End now", "今すぐ終了";
    LENGTH = "多久", "多久", "For how long", "期間";
    REASON = "原因", "原因", "Reason", "理由";
    OPTIONAL = "可不填", "可不填", "optional", "任意";
    ALL_TOPICS = "所有主題", "所有主题", "All topics", "すべてのトピック";
    DONE_ACKNOWLEDGED = "已記錄：您正在處理這起事件。", "已记录：您正在处理这起事件。", "Noted: you are on it.", "記録しました：あなたが対応中です。";
    DONE_RESOLVED = "已標記為結束。", "已标记为结束。", "Marked as over.", "終息にしました。";
    DONE_SILENCED = "已靜音。", "已静音。", "Silenced.", "通知を停止しました。";
    DONE_UNSILENCED = "靜音已結束，通知恢復。", "静音已结束，通知恢复。", "The silence has ended; alerts are sent again.", "通知を再開しました。";
    DONE_OPENED = "工單已開。", "工单已开。", "The ticket is open.", "チケットを作りました。";
    DONE_THERE = "這裡原本就有工單，沒有重複開立。", "这里原本就有工单，没有重复开立。", "There was a ticket already; no second one was opened.", "すでにチケットがあるため、新しく作りませんでした。";
    DONE_CHANGED = "已儲存。", "已保存。", "Saved.", "保存しました。";
    // Time
    PERIOD = "期間", "期间", "Period", "期間";
    LAST_24H = "24 小時", "24 小时", "24 hours", "24 時間";
    LAST_7D = "7 天", "7 天", "7 days", "7 日";
    LAST_30D = "30 天", "30 天", "30 days", "30 日";
    ALL_TIME = "全部", "全部", "All time", "全期間";
    SINCE = "開始於", "开始于", "Since", "開始";
    UNTIL = "到", "到", "until", "終了";
    NEVER = "從未", "从未", "never", "なし";
    // Overview
    OPEN_INCIDENTS = "進行中的事件", "进行中的事件", "Open incidents", "進行中のインシデント";
    NO_OPEN_INCIDENTS = "目前沒有進行中的事件", "目前没有进行中的事件", "No incident is going on", "進行中のインシデントはありません";
    CALM = "各主題的負面聲量都在平常範圍內。", "各主题的负面声量都在平常范围内。", "Negative talk is within what is usual, for every topic that was heard.", "どのトピックのネガティブ投稿も通常の範囲です。";
    WAITING_TICKETS = "待處理工單", "待处理工单", "Tickets waiting", "対応待ちチケット";
    NO_WAITING_TICKETS = "沒有待處理的工單", "没有待处理的工单", "No ticket is waiting", "対応待ちのチケットはありません";
    DEAF_SOURCES = "聽不到的來源", "听不到的来源", "Deaf sources", "聞こえない情報源";
    ALL_HEARD = "所有來源都正常。", "所有来源都正常。", "All sources are heard.", "すべての情報源が聞こえています。";
    MENTIONS_TODAY = "今日提及", "今日提及", "Mentions today", "今日の投稿";
    USUAL_BY_NOW = "平常此時", "平常此时", "usual by now", "通常この時刻";
    NO_USUAL = "尚無平常值可比較", "尚无平常值可比较", "not yet known what is usual", "通常の値はまだ不明";
    LAST_24H_CURVE = "過去 24 小時", "过去 24 小时", "Last 24 hours", "過去 24 時間";
    NO_TOPICS = "還沒有任何主題", "还没有任何主题", "No topic yet", "トピックがまだありません";
    NO_TOPICS_ABOUT = "用 hearken init 建立設定，或用 hearken demo 先看一場模擬的品牌危機。", "用 hearken init 建立配置，或用 hearken demo 先看一场模拟的品牌危机。", "Write one with `hearken init`, or watch a replayed brand crisis with `hearken demo`.", "hearken init で設定を作るか、hearken demo で模擬の炎上をご覧ください。";
    NOTHING_YET = "還沒有資料", "还没有数据", "Nothing yet", "まだデータがありません";
    // Counts
    VOLUME = "聲量", "声量", "Volume", "投稿数";
    NEGATIVE_SHARE = "負面佔比", "负面占比", "Negative share", "ネガティブの割合";
    ORIGINALS = "原始貼文", "原始帖文", "Originals", "元の投稿";
    SPREAD = "轉發與近似文", "转发与近似文", "Reposts and near copies", "転載・類似投稿";
    AUTHORS = "不同作者", "不同作者", "Distinct authors", "投稿者数";
    FORMER = "前一期間", "前一期间", "period before", "前の期間";
    THEMES = "主要原因", "主要原因", "Themes", "話題";
    UNNAMED = "負評裡新出現的話題", "差评里新出现的话题", "New in negative talk", "否定的な声に新しく現れた話題";
    NO_UNNAMED = "與之前幾週相比，負評沒有新的話題。", "与之前几周相比，差评没有新的话题。", "Negative talk is about nothing new, against the weeks before.", "これまでの数週間と比べ、否定的な声に新しい話題はありません。";
    NO_NAME_YET = "還沒有名稱的原因", "还没有名称的原因", "no theme yet", "まだ名前のない話題";
    PLATFORMS = "平台", "平台", "Platforms", "プラットフォーム";
    LANGUAGE = "語言", "语言", "Language", "言語";
    TOP_ORIGINALS = "擴散最廣的原文", "扩散最广的原文", "Most repeated originals", "最も広がった元投稿";
    NO_TOP_ORIGINALS = "這段期間沒有被轉發的貼文。", "这段期间没有被转发的帖文。", "Nothing was repeated in this period.", "この期間に転載された投稿はありません。";
    WORST_ORIGINALS = "最嚴重的負面原文", "最严重的负面原文", "Worst originals", "最もネガティブな元投稿";
    NO_WORST = "沒有負面原文。", "没有负面原文。", "No negative original.", "ネガティブな元投稿はありません。";
    HEARD = "有聽到", "有听到", "Heard", "聞こえた";
    NEGATIVE_ONLY = "其中負面", "其中负面", "of these negative", "うちネガティブ";
    WEEK_REPORT = "本週報告", "本周报告", "This week's report", "今週のレポート";
    SEE_MENTIONS = "看提及", "看提及", "See the mentions", "投稿を見る";
    // Mentions
    SEARCH = "搜尋", "搜索", "Search", "検索";
    SEARCH_HINT = "詞或「片語」", "词或“短语”", "words or \"a phrase\"", "語句";
    SENTIMENT = "情緒", "情绪", "Sentiment", "感情";
    THEME = "原因", "原因", "Theme", "話題";
    PLATFORM = "平台", "平台", "Platform", "プラットフォーム";
    ANY = "不限", "不限", "Any", "指定なし";
    ORIGINALS_ONLY = "只看原始貼文", "只看原始帖文", "Originals only", "元の投稿のみ";
    SPAM_APART = "不含", "不含", "Left out", "除く";
    SPAM_ONLY = "只看垃圾訊息", "只看垃圾信息", "Only spam", "迷惑投稿のみ";
    SPAM_TOO = "一併顯示", "一并显示", "Shown too", "含める";
    ORDER = "排序", "排序", "Order", "並び順";
    NEWEST = "最新在前", "最新在前", "Newest first", "新しい順";
    WORST_FIRST = "最負面在前", "最负面在前", "Most negative first", "ネガティブ順";
    APPLY = "套用", "应用", "Apply", "適用";
    CLEAR = "清除條件", "清除条件", "Clear", "条件を消す";
    NO_MENTIONS = "沒有符合的提及", "没有符合的提及", "No mention fits", "該当する投稿はありません";
    NO_MENTIONS_ABOUT = "放寬條件或期間再試一次。若來源沒有聽到，這裡也會是空的。", "放宽条件或期间再试一次。若来源没有听到，这里也会是空的。", "Widen the filters or the period. What no source heard is not here either.", "条件や期間を広げてみてください。情報源が聞こえていない間の投稿はここにもありません。";
    ORIGINAL_LINK = "看原文", "看原文", "Original", "元の投稿";
    NO_LINK = "無可開啟的連結", "无可打开的链接", "no link that can be opened", "開けるリンクなし";
    REMOVED_TEXT = "內容已應作者或平台要求移除；只保留計數。", "内容已应作者或平台要求移除；只保留计数。", "Removed at its author's or platform's wish; only the count is kept.", "投稿者またはプラットフォームの求めで削除済み。件数のみ残ります。";
    UNKNOWN_AUTHOR = "（未公開作者）", "（未公开作者）", "(author not told)", "（投稿者非公開）";
    WHOLE_TEXT = "顯示全文", "显示全文", "Whole text", "全文を表示";
    COPY = "轉發／近似文", "转发／近似文", "copy", "転載・類似";
    THIS_STORY = "同一則的擴散", "同一条的扩散", "One story", "同じ内容の広がり";
    EVIDENCE_LEGEND = "標示的字詞是判斷依據：", "标示的字词是判断依据：", "Marked words decided the label: ", "印は判定の根拠です：";
    TOWARD_NEGATIVE = "偏負面", "偏负面", "toward negative", "ネガティブ寄り";
    TOWARD_POSITIVE = "偏正面", "偏正面", "toward positive", "ポジティブ寄り";
    OF_THEME = "原因", "原因", "theme", "話題";
    OF_QUERY = "符合查詢", "符合查询", "matched the query", "検索に一致";
    TOWARD_BRAND = "對「{}」", "对「{}」", "toward {}", "「{}」には";
    TOWARD_BRAND_ABOUT = "整段話與對這個品牌的態度不同；這個主題以對品牌的態度計數，標示的是後者的依據。", "整段话与对这个品牌的态度不同；这个主题以对品牌的态度计数，标示的是后者的依据。", "The text as a whole leans another way; this topic counts what it says of the brand, and the marks show why.", "文全体の傾向とは異なります。このトピックではブランドへの評価で数え、印はその根拠です。";
    SURE = "把握", "把握", "sure", "確度";
    FOLLOWERS = "追蹤者", "关注者", "followers", "フォロワー";
    NEXT_PAGE = "下一頁", "下一页", "Next page", "次のページ";
    FORMER_PAGE = "上一頁", "上一页", "Page before", "前のページ";
    // Incidents
    NEGATIVE_SURGE = "負面聲量突增", "负面声量突增", "Surge of negative mentions", "ネガティブ投稿の急増";
    GOING_ON = "進行中", "进行中", "Going on", "進行中";
    ALL = "全部", "全部", "All", "すべて";
    NO_INCIDENTS = "沒有事件", "没有事件", "No incidents", "インシデントはありません";
    WHAT_HAPPENED = "發生了什麼", "发生了什么", "What happened", "何が起きたか";
    USUALLY = "平常約", "平常约", "usually about", "通常約";
    HOW_JUDGED = "怎麼判斷的", "怎么判断的", "How this was judged", "判定の根拠";
    CURVE = "曲線", "曲线", "Curve", "推移";
    TIMELINE = "經過", "经过", "Timeline", "経過";
    DELIVERIES = "發送紀錄", "发送记录", "Deliveries", "配信記録";
    NO_DELIVERIES = "沒有要發送的通知。", "没有要发送的通知。", "Nothing was to be sent.", "配信はありません。";
    OWNER = "處理人", "处理人", "On it", "担当";
    NOBODY = "尚無人", "尚无人", "nobody", "なし";
    // Tickets
    WAITING = "待處理", "待处理", "Waiting", "対応待ち";
    STATE = "狀態", "状态", "State", "状態";
    PRIORITY = "優先順序", "优先级", "Priority", "優先度";
    ASSIGNEE = "負責人", "负责人", "Assignee", "担当者";
    ASSIGN = "指派", "指派", "Assign", "割り当て";
    TAKE = "我來負責", "我来负责", "Take it", "自分が担当";
    TITLE = "內容", "内容", "About", "内容";
    OPENED = "開立", "创建", "Opened", "作成";
    CHANGED = "更新", "更新", "Changed", "更新";
    NOTE = "備註", "备注", "Note", "メモ";
    ADD_NOTE = "加入備註", "添加备注", "Add note", "メモを追加";
    HISTORY = "歷程", "历程", "History", "履歴";
    COMES_FROM = "來自", "来自", "Comes from", "きっかけ";
    NO_TICKETS = "沒有工單", "没有工单", "No tickets", "チケットはありません";
    NO_TICKETS_ABOUT = "在事件或提及上按「開工單」即可開立。", "在事件或提及上点“开工单”即可创建。", "Open one from an incident or a mention.", "インシデントや投稿の「チケットを作る」から作れます。";
    MINE = "我的", "我的", "Mine", "自分の";
    UNASSIGNED = "無人負責", "无人负责", "Nobody's", "担当なし";
    EVERYONE = "所有人", "所有人", "Everyone's", "全員";
    SET = "變更", "变更", "Set", "変更";
    // Sources
    SOURCE = "來源", "来源", "Source", "情報源";
    LAST_HEARD = "最後收到", "最后收到", "Last heard", "最終受信";
    NEXT_DUE = "下次讀取", "下次读取", "Next due", "次回";
    FAILURES = "連續失敗", "连续失败", "Failures in a row", "連続失敗";
    COVERAGE = "涵蓋", "覆盖", "Coverage", "受信範囲";
    NO_SOURCES = "還沒有來源", "还没有来源", "No sources yet", "情報源がまだありません";
    NO_SOURCES_ABOUT = "在主題檔的 [[listen]] 加入來源；第一次讀取後會出現在這裡。", "在主题文件的 [[listen]] 加入来源；第一次读取后会出现在这里。", "Add a [[listen]] to a topic file; a source appears here when it is first read.", "トピックファイルの [[listen]] に追加すると、ここに表示されます。";
    BROKEN_FILES = "有錯誤的設定檔", "有错误的配置文件", "Files with mistakes", "誤りのある設定ファイル";
    BROKEN_ABOUT = "以下檔案沒有生效，仍沿用先前的內容。修正後會自動重新載入。", "以下文件没有生效，仍沿用先前的内容。修正后会自动重新加载。", "These files were not taken; what was there before still holds. They are read again when they change.", "これらのファイルは反映されず、以前の内容が使われています。修正すると自動で読み直します。";
    SCORER = "其他判讀器", "其他判读器", "Other scorer", "他の判定器";
    SCORER_NEW = "尚未使用", "尚未使用", "not asked yet", "未使用";
    SCORER_WELL = "正常", "正常", "answers", "正常";
    SCORER_FAILING = "沒有回應，由內建模型判讀", "没有响应，由内置模型判读", "does not answer; the built-in models judge", "応答なし、内蔵モデルが判定";
    SCORER_SPENT = "今日額度用完，由內建模型判讀", "今日额度用完，由内置模型判读", "today's budget is spent; the built-in models judge", "本日の上限に達したため、内蔵モデルが判定";
    SCORER_REQUESTS = "今日請求", "今日请求", "Requests today", "本日のリクエスト";
    SCORER_TEXTS = "今日送出的文字", "今日送出的文本", "Texts sent today", "本日送信した文";
    SCORER_REMEMBERED = "沿用先前的答案", "沿用先前的答案", "Answered before", "以前の回答を使用";
    SCORER_FELL_BACK = "今日由內建模型代判", "今日由内置模型代判", "Judged by the built-in models instead", "内蔵モデルが代わりに判定";
    BACKLOG = "等待判讀", "等待判读", "Waiting to be judged", "判定待ち";
    ASIDE = "無法判讀、已擱置", "无法判读、已搁置", "Put aside: could not be judged", "判定できず保留";
    DUE_NOW = "待讀取", "待读取", "due now", "読み取り待ち";
    LEFT = "已不再收聽", "已不再收听", "No longer listened to", "受信を終了";
    BY_ITSELF = "自行推送", "自行推送", "speaks by itself", "自動受信";
    // Outbox
    OUTBOX_ABOUT = "寫入在先，發送在後：每則通知發給誰、內容是什麼、送到了沒有。", "写入在先，发送在后：每条通知发给谁、内容是什么、送到了没有。", "Written first, sent after: what goes to whom, in which words, and whether it arrived.", "先に書き、後で送ります。誰に何を送り、届いたかを示します。";
    NO_OUTBOX = "還沒有任何通知", "还没有任何通知", "No alert yet", "通知はまだありません";
    NO_OUTBOX_ABOUT = "有事件時，要發給每位接收者的內容會出現在這裡。", "有事件时，要发给每位接收者的内容会出现在这里。", "When something happens, what is sent to each receiver is shown here.", "何か起きると、各受信者に送る内容がここに表示されます。";
    ATTEMPTS = "嘗試", "尝试", "Attempts", "試行";
    PREVIEW = "收到的樣子", "收到的样子", "As it reads there", "届く内容";
    GONE_RECEIVER = "已不在設定中", "已不在配置中", "no longer configured", "設定にありません";
    DUE = "預定", "预定", "due", "予定";
    // Errors
    NOT_FOUND = "找不到這個頁面", "找不到这个页面", "There is no such page", "ページが見つかりません";
    NOT_FOUND_ABOUT = "網址可能打錯了，或內容已經不在。", "网址可能打错了，或内容已经不在。", "The address may be mistyped, or what it led to is gone.", "アドレスが違うか、内容がなくなっています。";
    REFUSED = "無法完成這個動作", "无法完成这个操作", "This was not done", "実行できませんでした";
    BAD_REQUEST = "看不懂這個請求", "看不懂这个请求", "This request cannot be read", "リクエストを読み取れません";
    STALE = "這個頁面放太久了", "这个页面放太久了", "This page is too old", "ページの有効期限が切れました";
    STALE_ABOUT = "為了安全，動作必須從目前開啟的頁面送出。請回上一頁重新整理後再試一次。", "为了安全，操作必须从当前打开的页面提交。请返回上一页刷新后再试一次。", "For safety, an action must come from a page that this process has made. Go back, reload the page and try again.", "安全のため、操作は現在のページから送る必要があります。前のページを再読み込みしてからお試しください。";
    FAILED = "系統發生錯誤", "系统发生错误", "Something failed on our side", "エラーが発生しました";
    FAILED_ABOUT = "錯誤已記錄。回報時請附上編號：", "错误已记录。反馈时请附上编号：", "It was logged. When you report it, give this number: ", "記録しました。お問い合わせの際は番号をお伝えください：";
    BACK = "回總覽", "回总览", "Back to the overview", "概要へ戻る";
}

/// A leaning's name.
pub(super) fn sentiment(sentiment: Sentiment, locale: Locale) -> &'static str {
    pick(
        locale,
        match sentiment {
            Sentiment::Negative => ["負面", "负面", "Negative", "ネガティブ"],
            Sentiment::Neutral => ["中性", "中性", "Neutral", "中立"],
            Sentiment::Positive => ["正面", "正面", "Positive", "ポジティブ"],
            Sentiment::Unsure => ["未定", "未定", "Unsure", "判定不能"],
        },
    )
}

/// A language's name.
pub(super) fn language(language: Language, locale: Locale) -> &'static str {
    language.title(locale)
}

/// A platform's name, as people say it.
pub(super) fn platform(platform: Platform, locale: Locale) -> &'static str {
    platform.title_in(locale)
}

/// An incident state's name.
pub(super) fn incident_state(state: IncidentState, locale: Locale) -> &'static str {
    pick(
        locale,
        match state {
            IncidentState::Open => ["無人處理", "无人处理", "Nobody is on it", "未対応"],
            IncidentState::Acknowledged => ["處理中", "处理中", "Acknowledged", "対応中"],
            IncidentState::Resolved => ["已結束", "已结束", "Over", "終息"],
        },
    )
}

/// A ticket state's name.
pub(super) fn ticket_state(state: TicketState, locale: Locale) -> &'static str {
    crate::desk::state_word(state, locale)
}

/// A priority's name.
pub(super) fn priority(priority: Priority, locale: Locale) -> &'static str {
    pick(
        locale,
        match priority {
            Priority::Low => ["低", "低", "Low", "低"],
            Priority::Normal => ["一般", "一般", "Normal", "通常"],
            Priority::High => ["高", "高", "High", "高"],
            Priority::Urgent => ["緊急", "紧急", "Urgent", "緊急"],
        },
    )
}

/// A source state's name.
pub(super) fn source_state(state: SourceState, locale: Locale) -> &'static str {
    pick(
        locale,
        match state {
            SourceState::New => ["尚未讀取", "尚未读取", "Not read yet", "未受信"],
            SourceState::Well => ["正常", "正常", "Well", "正常"],
            SourceState::Waiting => ["等候中", "等候中", "Asked to wait", "待機中"],
            SourceState::Failing => ["失敗，自動重試", "失败，自动重试", "Failing, tried again", "失敗・再試行中"],
            SourceState::Refused => ["被拒絕，需處理", "被拒绝，需处理", "Refused, needs you", "拒否・要対応"],
        },
    )
}

/// A delivery state's name.
pub(super) fn delivery_state(state: DeliveryState, locale: Locale) -> &'static str {
    pick(
        locale,
        match state {
            DeliveryState::Waiting => ["待發送", "待发送", "Waiting", "送信待ち"],
            DeliveryState::Sent => ["已送達", "已送达", "Sent", "送信済み"],
            DeliveryState::Silenced => ["靜音保留", "静音保留", "Held by a silence", "停止中"],
            DeliveryState::Failed => ["發送失敗", "发送失败", "Failed", "失敗"],
        },
    )
}

/// What happened, in a timeline or a history.
pub(super) fn happening(what: &str, locale: Locale) -> &str {
    let texts: Texts = match what {
        "opened" => ["開始", "开始", "opened", "開始"],
        "risen" => ["加劇", "加剧", "rose", "悪化"],
        "reopened" => ["再度升高", "再度升高", "opened again", "再燃"],
        "acknowledged" => ["確認處理", "确认处理", "acknowledged", "確認"],
        "silenced" => ["靜音", "静音", "silenced", "通知停止"],
        "unsilenced" => ["結束靜音", "结束静音", "ended the silence", "通知再開"],
        "ticket" => ["開立工單", "创建工单", "opened a ticket", "チケット作成"],
        "resolved" => ["結束", "结束", "over", "終息"],
        "delivered" => ["通知已送達", "通知已送达", "alert delivered", "通知済み"],
        "undelivered" => ["通知發送失敗", "通知发送失败", "alert not delivered", "通知失敗"],
        "note" => ["備註", "备注", "note", "メモ"],
        "assigned" => ["指派", "指派", "assigned", "割り当て"],
        "state" => ["變更狀態", "变更状态", "state", "状態変更"],
        "priority" => ["變更優先順序", "变更优先级", "priority", "優先度変更"],
        other => return other,
    };
    pick(locale, texts)
}

/// `toward 嫩芽`.
pub(super) fn toward(name: &str, locale: Locale) -> String {
    pick(locale, TOWARD_BRAND).replace("{}", name)
}

/// `12 mentions` and the like.
pub(super) fn so_many(count: i64, locale: Locale) -> String {
    let n = number(count);
    match locale {
        Locale::ZhTw => format!("{n} 則"),
        Locale::ZhCn => format!("{n} 条"),
        Locale::En if count == 1 => "1 mention".to_owned(),
        Locale::En => format!("{n} mentions"),
        Locale::Ja => format!("{n} 件"),
    }
}

/// How many mentions are no talk.
pub(super) fn set_apart(count: i64, locale: Locale) -> String {
    let n = number(count);
    match locale {
        Locale::ZhTw => format!("另有 {n} 則廣告、抽獎等垃圾訊息，不計入聲量"),
        Locale::ZhCn => format!("另有 {n} 条广告、抽奖等垃圾信息，不计入声量"),
        Locale::En if count == 1 => "1 advert or the like was set apart".to_owned(),
        Locale::En => format!("{n} adverts and the like were set apart"),
        Locale::Ja => format!("ほかに広告・懸賞などの迷惑投稿 {n} 件（集計に含めません）"),
    }
}

/// What a query found among so many posts, what of it is new to the topic, and what would be lost.
pub(super) fn tried(matched: usize, looked_at: usize, new: Option<usize>, lost: usize, locale: Locale) -> String {
    let count = |count: usize| number(i64::try_from(count).unwrap_or(i64::MAX));
    let (m, n, new, lost) = (count(matched), count(looked_at), count(new.unwrap_or(0)), count(lost));
    match locale {
        Locale::ZhTw => {
            format!("最近 {n} 則文章中有 {m} 則符合；其中 {new} 則是這個主題目前沒有的，另有 {lost} 則會不再符合。")
        }
        Locale::ZhCn => {
            format!("最近 {n} 条文章中有 {m} 条符合；其中 {new} 条是这个主题目前没有的，另有 {lost} 条会不再符合。")
        }
        Locale::En => format!(
            "{m} of the newest {n} posts match; {new} of them are new to the topic, {lost} of its posts would match no more."
        ),
        Locale::Ja => {
            format!("最近の投稿 {n} 件のうち {m} 件が一致。うち {new} 件は新たに加わり、{lost} 件は外れます。")
        }
    }
}

/// How often a text was repeated.
pub(super) fn repeated(count: i64, locale: Locale) -> String {
    let n = number(count);
    match locale {
        Locale::ZhTw => format!("擴散 {n} 次"),
        Locale::ZhCn => format!("扩散 {n} 次"),
        Locale::En => format!("repeated {n}×"),
        Locale::Ja => format!("{n} 回拡散"),
    }
}

/// How long ago, or in how long.
pub(super) fn ago(minutes: i64, locale: Locale) -> String {
    let (future, minutes) = (minutes < 0, minutes.abs());
    let texts: (i64, Texts) = match minutes {
        0 => return pick(locale, ["剛剛", "刚刚", "just now", "たった今"]).to_owned(),
        1..60 => (minutes, [" 分鐘", " 分钟", " min", " 分"]),
        60..1440 => (minutes / 60, [" 小時", " 小时", " h", " 時間"]),
        _ => (minutes / 1440, [" 天", " 天", " d", " 日"]),
    };
    let length = format!("{}{}", texts.0, pick(locale, texts.1));
    match (future, locale) {
        (false, Locale::En) => format!("{length} ago"),
        (true, Locale::En) => format!("in {length}"),
        (false, Locale::Ja) => format!("{length}前"),
        (true, Locale::Ja) => format!("{length}後"),
        (false, _) => format!("{length}前"),
        (true, Locale::ZhTw) => format!("{length}後"),
        (true, _) => format!("{length}后"),
    }
}

/// In which zone the page's times are.
pub(super) fn zone(zone: &str, locale: Locale) -> String {
    match locale {
        Locale::ZhTw => format!("時間以 {zone} 顯示"),
        Locale::ZhCn => format!("时间以 {zone} 显示"),
        Locale::En => format!("Times are in {zone}"),
        Locale::Ja => format!("時刻は {zone}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_is_told_in_its_greatest_unit() {
        assert_eq!(ago(0, Locale::En), "just now");
        assert_eq!(ago(59, Locale::ZhTw), "59 分鐘前");
        assert_eq!(ago(125, Locale::En), "2 h ago");
        assert_eq!(ago(-3000, Locale::En), "in 2 d");
    }

    #[test]
    fn one_mention_is_not_many() {
        assert_eq!(so_many(1, Locale::En), "1 mention");
        assert_eq!(so_many(1200, Locale::ZhTw), "1,200 則");
    }
}
