//! What happens to genuine papers on their way: saved anew, packed, turned, printed, noted on. None of it is a forgery.

use std::sync::OnceLock;

use make_samples::tamper;
use make_samples::tamper_pdf::Paper;
use model::finding::Severity;

use super::{Papers, assess, bank, baseline, clean, failing};

type Make = fn() -> Papers;

/// What was done, and the checks that fail on it.
pub type Raised = (String, Vec<(String, Severity)>);

/// What was done, in Chinese and English, and how.
const PAPERS: &[(&str, &str, Make)] = &[
    ("原样重新保存", "saved anew", || with_pdf(|paper| paper.resave().unwrap())),
    ("重新保存并压缩对象", "saved anew with packed objects", || {
        with_pdf(|paper| paper.resave_packed().unwrap())
    }),
    ("由打印机驱动另存", "printed to a file", || {
        with_pdf(|mut paper| {
            paper.say(&[("Producer", "Microsoft: Print To PDF"), ("Creator", "")]).unwrap();
            paper.resave().unwrap()
        })
    }),
    ("由浏览器另存", "printed to a file by a browser", || {
        with_pdf(|mut paper| {
            paper.say(&[("Producer", "Skia/PDF m126"), ("Creator", "Chromium")]).unwrap();
            paper.resave().unwrap()
        })
    }),
    ("由编辑软件原样另存", "saved anew by an editor", || {
        with_pdf(|mut paper| {
            paper.say(&[("Producer", "Adobe Acrobat Pro DC"), ("ModDate", "D:20260903101010+08'00'")]).unwrap();
            paper.resave().unwrap()
        })
    }),
    ("去掉文件属性", "what it says about its making taken out", || {
        with_pdf(|mut paper| {
            paper.strip();
            paper.resave().unwrap()
        })
    }),
    ("加了批注", "a note added", || with_pdf(|paper| paper.annotate("checked").unwrap())),
    ("加了密码", "under a password", || with_pdf(|paper| paper.resave_locked("246810").unwrap())),
    ("旋转 90 度", "turned by a quarter", || {
        with_pdf(|mut paper| {
            paper.turn(1).unwrap();
            paper.resave().unwrap()
        })
    }),
    ("裁去页边", "its margins trimmed", || {
        with_pdf(|mut paper| {
            paper.trim().unwrap();
            paper.resave().unwrap()
        })
    }),
    ("底层水印", "a watermark under the text", || {
        with_pdf(|mut paper| {
            paper.watermark("仅供贷款使用 20260901", false);
            paper.resave().unwrap()
        })
    }),
    ("表面水印", "a watermark over the text", || {
        with_pdf(|mut paper| {
            paper.watermark("仅供贷款使用 20260901", true);
            paper.resave().unwrap()
        })
    }),
    ("用重叠描绘加粗", "set bold by drawing twice", || {
        with_pdf(|mut paper| {
            paper.embolden();
            paper.resave().unwrap()
        })
    }),
    ("加了透明文本框批注", "a remark without a ground beside a figure", || {
        with_pdf(|mut paper| {
            let run = paper.holding("代发工资").unwrap();
            paper.note_over(&run, "请核对", false).unwrap();
            paper.resave().unwrap()
        })
    }),
    ("隔行底色", "striped rows", || {
        with_pdf(|mut paper| {
            paper.stripe();
            paper.resave().unwrap()
        })
    }),
    ("页脚有隐藏的追踪码", "a hidden trace mark in the margin", || {
        with_pdf(|mut paper| {
            paper.trace_mark("CMB20260901101503");
            paper.resave().unwrap()
        })
    }),
    ("两份流水合成一个文件", "two statements in one file", || {
        let (at, layout, statement) = bank("salaried");
        let (mut first, mut second) = (statement.clone(), statement.clone());
        let middle = statement.rows.len() / 2;
        // A day is not cut in two.
        let cut = (middle..).find(|&at| statement.rows[at].time.date() != statement.rows[at - 1].time.date()).unwrap();
        let day = statement.rows[cut].time.date();
        first.rows.truncate(cut);
        first.window.to = day.yesterday().unwrap();
        second.rows.drain(..cut);
        second.window.from = day;
        let [first, second] = [first, second].map(|half| Paper::open(&layout.print(&half).unwrap()).unwrap());
        clean("salaried").with(at, first.merge(second).unwrap())
    }),
    ("同一份流水交了两次", "the same file handed in twice", || {
        let papers = clean("salaried");
        let (at, ..) = bank("salaried");
        let again = papers.files[at].1.clone();
        papers.and("again.pdf", again)
    }),
    ("同日交易次序不同", "a day's rows in another order", || {
        let (at, layout, statement) = bank("salaried");
        let swapped = tamper::swap_rows_of_a_day(statement, |edited| layout.print(edited)).unwrap();
        clean("salaried").with(at, swapped.unwrap())
    }),
];

/// The salaried applicant's papers with the PDF in another state.
fn with_pdf(change: impl FnOnce(Paper) -> Vec<u8>) -> Papers {
    let (at, layout, statement) = bank("salaried");
    let paper = Paper::open(&layout.print(statement).unwrap()).unwrap();
    clean("salaried").with(at, change(paper))
}

/// What was done, and the failures that the untouched papers do not have.
pub fn all() -> &'static [Raised] {
    static ALL: OnceLock<Vec<Raised>> = OnceLock::new();
    ALL.get_or_init(|| {
        let before = baseline(&clean("salaried"));
        let meet = |(zh, en, make): &(&str, &str, Make)| {
            let assessed = assess(&make());
            for document in &assessed.documents {
                assert!(document.outcome.is_ok(), "{en}: {:?}", document.outcome);
            }
            let raised = failing(&assessed).map(|finding| (finding.check.to_string(), finding.severity));
            (format!("{zh} {en}"), raised.filter(|one| !before.contains(one)).collect())
        };
        PAPERS.iter().map(meet).collect()
    })
}
