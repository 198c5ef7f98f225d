//! How well near copies are told from honest texts on one subject: texts written for this, edited with a seed.

use super::{Keys, bands, is_near, keys};
use crate::text::Text;

/// Different people on a few subjects, so that words repeat and texts do not.
const HONEST: &[&str] = &[
    "嫩芽咖啡的客服讓我等了三十分鐘都沒有人接電話，太誇張了吧，難道沒有別的聯絡方式嗎",
    "嫩芽咖啡的客服其實很有耐心，我上次退款隔天就收到了，大家可以再試試看打電話",
    "昨天在嫩芽咖啡買的拿鐵喝起來有怪味，回家就拉肚子，店員只說可能是牛奶的問題",
    "嫩芽咖啡新出的燕麥拿鐵真的好喝，奶泡很細，下午三點以後去還不用排隊",
    "信義店的嫩芽咖啡裝潢漂亮歸漂亮，插座少得可憐，想帶筆電去的人要三思",
    "訂了嫩芽咖啡的濾掛禮盒要送人，結果寄來少一包，打去問說要等五個工作天",
    "嫩芽的ＡＰＰ更新完就一直閃退，我存了兩千多點的點數打不開是要怎麼用",
    "嫩芽的ＡＰＰ集點很方便，生日還送一杯中杯，比隔壁那家大方多了",
    "有人知道嫩芽咖啡連假有沒有營業嗎？Google 上寫的時間好像不太準",
    "今天路過嫩芽咖啡看到門口貼公告說原豆要漲價一成，以後大概改喝超商了",
    "店員把我的名字寫成小鴨，雖然拼錯但是超可愛，整天心情都變好了",
    "同事團購的咖啡豆到貨了，打開有一股油耗味，賣家說是深焙正常，有這種事？",
    "這家店的外送每次都晚半小時，飲料融成水，申訴之後只給二十元折價券",
    "老闆娘人超好，看我帶小孩直接把位子換到沙發區，還送小朋友一片餅乾",
    "發票載具刷不進去，店員說系統壞了請我自己去歸戶，這樣對嗎",
    "手機充電器用三天就發燙，寄回原廠檢測兩個禮拜還沒消息，客服只會罐頭回覆",
    "網路斷線第五天，工程師約了三次都沒來，電信公司是不是都這樣搞",
    "剛剛在捷運上聽到兩個阿姨在聊嫩芽的抹茶蛋糕，聽到我都餓了",
    "退貨被拒的理由是包裝拆過，可是不拆要怎麼知道裡面是壞的",
    "銀行半夜打來說我的卡被盜刷三筆，還好有開簡訊通知，馬上就停卡了",
    "买了三天就坏了，客服一直踢皮球，让我自己去找厂家，太恶心了",
    "物流显示已签收但是我根本没收到包裹，打电话给快递员也不接",
    "这款耳机降噪效果一般，不过续航确实顶，通勤一周充一次电就够了",
    "双十一抢到的价格结果现在更便宜，申请保价还说超过时间，无语",
    "新开的奶茶店排队一个小时，喝起来就是香精味，果断避雷不会再来",
    "刚刚升级系统之后微信消息收不到，重启三次还是一样，有没有人遇到过",
    "健身房说倒闭就倒闭，年卡还剩八个月，维权群里已经三百多人了",
    "酒店前台小姐姐特别热情，给我们免费升级了江景房，早餐种类也多",
    "外卖里吃出一根头发，商家说可以退一半，平台说需要我提供检测报告",
    "孩子的网课账号登录不上，客服机器人一直让我重新描述问题，人工永远在忙",
    "这家的牛肉面分量足味道正，就是停车不方便，建议坐地铁过去",
    "预售的裙子等了四十五天才发货，到手线头一堆，颜色和图片完全两样",
    "昨晚服务器又炸了，排位打到一半掉线还扣分，官方到现在一句话没有",
    "给爸妈买的按摩椅安装师傅很专业，讲解得特别仔细，老人家第一天就会用了",
    "I have been on hold with Sprout support for forty five minutes and the music is driving me insane",
    "Sprout support called me back within ten minutes and sorted the refund, honestly impressed",
    "My Sprout order arrived with two broken mugs and the return label does not even scan at the post office",
    "The new oat latte at Sprout tastes like wet cardboard, who signed off on this",
    "Anyone else getting charged twice by the Sprout app this morning? My bank says both went through",
    "Shout out to the barista at Sprout on Fifth who remembered my order after three months away",
    "Sprout raised the price of beans again, third time this year, guess I am switching to the supermarket",
    "Their website says in stock, the shop says sold out, and the chat bot says good morning",
    "Delivery was two days late but the driver apologised and carried everything up four flights of stairs",
    "The phone overheats whenever I open the camera and the service centre says that is normal behaviour",
    "Password reset mail never arrives, checked spam, tried three addresses, still locked out of my account",
    "Bought the blender in March, motor burned out in June, warranty claim rejected because of normal wear",
    "Honestly the best customer service I have had this year, they replaced the whole chair without a question",
    "Flight cancelled at midnight with no hotel, no voucher and one person at the desk for two hundred people",
    "Is it just me or did the portion size shrink again while the menu got a fresh coat of paint",
    "My landlord uses the same parcel locker and somehow his parcels never get lost, only mine",
    "スプラウトのカスタマーサポートに三回電話したけど毎回たらい回しにされて本当に疲れた",
    "スプラウトのサポートに問い合わせたら十分で返信が来て、返金も翌日だった。神対応すぎる",
    "新作の抹茶ラテを飲んでみたけど甘すぎて最後まで飲めなかった、前のほうが好きだった",
    "アプリを更新してからログインできなくなって、貯めたポイントが全部見られない",
    "注文した豆が三週間たっても届かない上に、問い合わせのメールにも返事がない",
    "店員さんが名前を覚えていてくれて、雨の日にタオルまで貸してくれた。また行きます",
    "値上げは仕方ないけど量まで減らすのはさすがにひどいと思う、せめて告知してほしい",
    "届いたマグカップが割れていたので写真を送ったら、すぐに新しいものを送ってくれました",
    "駅前の店は席が狭くて電源もないので、仕事をするなら二丁目のほうがおすすめです",
    "通信障害で決済ができず、レジで十分以上待たされて結局現金で払うことになった",
    "イヤホンの片方が三日で聞こえなくなった。保証の手続きが複雑すぎて諦めそう",
    "ホテルのフロントの方がとても親切で、夜遅くの到着でも笑顔で迎えてくれて安心した",
    "配達員さんが階段を上がって玄関まで運んでくれた、腰を痛めていたので本当に助かった",
    "解約しようとしたら電話でしか受け付けないと言われ、その電話が一日中つながらない",
];

/// What people put before a text they pass on.
const COMMENTS: &[&str] = &["真的", "太扯了吧", "转发", "so true", "拡散希望", "同感"];

fn both(text: &str) -> Keys {
    keys(&Text::read(text)).unwrap_or_else(|| panic!("too short: {text}"))
}

/// A fixed sequence of numbers.
struct Seed(u64);

impl Seed {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }
}

/// Copies of a text as people make them, each with the kind of edit.
fn copies(text: &str, seed: &mut Seed) -> Vec<(&'static str, String)> {
    let comment = COMMENTS[seed.below(COMMENTS.len())];
    let count = text.chars().count();
    let cut: String = text.chars().take(count - count / 8).collect();
    let drop = seed.below(count);
    let typo: String = text.chars().enumerate().filter(|&(at, _)| at != drop).map(|(_, c)| c).collect();
    vec![
        ("link", format!("{text} https://t.co/{}", seed.below(99_999))),
        ("marks", format!("RT @user{}: {}！！", seed.below(99), text.replace(['，', '。'], " "))),
        ("script", crate::text::fold(text)),
        ("comment", format!("{comment} // {text}")),
        ("cut", format!("{cut}…")),
        ("typo", typo),
    ]
}

#[test]
fn near_copies_are_found_and_honest_texts_are_left_apart() {
    assert!(HONEST.len() >= 60);
    let mut seed = Seed(20_261_123);
    let honest: Vec<Keys> = HONEST.iter().map(|text| both(text)).collect();
    let (mut right, mut missed, mut unseen) = (0_u32, Vec::new(), Vec::new());
    for (text, first) in HONEST.iter().zip(&honest) {
        for (kind, copy) in copies(text, &mut seed) {
            let copy_keys = both(&copy);
            if matches!(kind, "link" | "marks" | "script") {
                assert_eq!(copy_keys.exact, first.exact, "{kind}: {copy}");
            }
            let shares_band = bands(first.near).iter().any(|band| bands(copy_keys.near).contains(band));
            match (is_near(first.near, copy_keys.near), shares_band) {
                (true, true) => right += 1,
                (true, false) => unseen.push(kind),
                (false, _) => missed.push((kind, (first.near ^ copy_keys.near).count_ones())),
            }
        }
    }
    let mut false_pairs = Vec::new();
    let mut nearest = 64;
    for (at, a) in honest.iter().enumerate() {
        for (other, b) in honest.iter().enumerate().skip(at + 1) {
            nearest = nearest.min((a.near ^ b.near).count_ones());
            if is_near(a.near, b.near) || a.exact == b.exact {
                false_pairs.push((HONEST[at], HONEST[other]));
            }
        }
    }
    let pairs = f64::from(right) + (missed.len() + unseen.len()) as f64;
    let (recall, precision) =
        (f64::from(right) / pairs, f64::from(right) / (f64::from(right) + false_pairs.len() as f64));
    println!(
        "recall {recall:.3}, precision {precision:.3}, nearest honest pair {nearest} bits, missed {missed:?}, in no band {unseen:?}"
    );
    assert!(false_pairs.is_empty(), "{false_pairs:?}");
    assert!(recall >= 0.93, "recall {recall:.3}: missed {missed:?}, in no band {unseen:?}");
}
