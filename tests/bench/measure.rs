//! How right the pairing is on real mail: what the truth knows, what was found, what was missed
//! and why, and the response times of both beside each other:
//! `REQUITE_CORPUS=DIR cargo bench -- measure` (quicker to build with `--profile dev`).
//!
//! `REQUITE_SAMPLE=FILE` also writes a hundred answered turns of the mailboxes without reply
//! headers, always the same ones, with what both sides wrote, to be judged by a reader.

mod sample;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use requite::domain::measure::turns::Turn;
use requite::domain::model::Side;

use super::support::corpus::verdict::{Fate, Judged, judge};
use super::support::corpus::{self, Known, Mailbox, Measured};

/// So many contacts of each mailbox have their figures shown.
const SHOWN: usize = 8;

/// As in the truth.
const LIMIT_S: i64 = 48 * 3600;

pub fn run() {
    let Some(folder) = corpus::folder() else { return };
    for owner in corpus::owners::names(&folder) {
        report(&corpus::owners::mailbox(&folder, &owner));
    }
    let mut sample = sample::Sample::default();
    for user in corpus::enron::names(&folder) {
        let mailbox = corpus::enron::mailbox(&folder, &user);
        let measured = report(&mailbox);
        sample.add(&mailbox, &measured);
    }
    if let Some(file) = std::env::var_os("REQUITE_SAMPLE").map(PathBuf::from) {
        write(&file, &sample.text(100));
    }
}

fn write(file: &Path, text: &str) {
    std::fs::write(file, text).unwrap();
    println!("the sample to be judged is in {}", file.display());
}

fn report(mailbox: &Mailbox) -> Measured {
    let measured = mailbox.measure();
    let judged = judge(mailbox, &measured);
    summary(mailbox, &judged);
    contacts(mailbox, &measured);
    measured
}

fn summary(mailbox: &Mailbox, judged: &Judged<'_>) {
    let asked = || judged.fates.iter().filter(|(pair, _)| pair.asked);
    let found = |fate: &Fate| !matches!(fate, Fate::Missed(_));
    let all_found = judged.fates.iter().filter(|(_, fate)| found(fate)).count();
    let asked_found = asked().filter(|(_, fate)| found(fate)).count();
    let share = |part: usize, whole: usize| 100.0 * part as f64 / whole as f64;
    println!("\n{}: {} messages", mailbox.name, mailbox.mail.len());
    let all = judged.fates.len();
    println!("  replies in the truth     {all:>6}");
    println!("    found                  {all_found:>6} ({:.1} %)", share(all_found, all));
    let all = asked().count();
    println!("  asked for in To          {all:>6}");
    println!("    found                  {asked_found:>6} ({:.1} %)", share(asked_found, all));
    println!("    with a wrong time      {:>6}", judged.wrong());
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, fate) in &judged.fates {
        if let Fate::Missed(why) = fate {
            *reasons.entry(why).or_default() += 1;
        }
    }
    for (why, count) in reasons {
        println!("  missed: {why:<49}{count:>4}");
    }
    println!("  answered turns           {:>6}", judged.answered);
    println!("    beyond the truth       {:>6}", judged.extra.len());
}

/// The contacts with the most answers, ours beside the truth's. The truth counts every message
/// that was replied to by itself; turns run on, and begin only where the other side stands in To.
fn contacts(mailbox: &Mailbox, measured: &Measured) {
    println!("                         ----- measured -----       ------- truth -------");
    println!("  contact  direction     n   median     p90 ≤48h     n   median     p90 ≤48h  in To");
    let known = mailbox.known.iter().filter_map(|(contact, sides)| {
        let people = &mailbox.people;
        let position = people.iter().position(|addresses| addresses.contains(contact))?;
        let asked = [Side::Mine, Side::Theirs].map(|side| {
            let pairs = mailbox.pairs.iter().filter(|pair| pair.asked && pair.side == side);
            pairs.filter(|pair| people[position].contains(&pair.contact)).count()
        });
        Some((measured.people.get(&people[position][0])?, sides, asked))
    });
    for (number, (turns, sides, asked)) in known.take(SHOWN).enumerate() {
        let directions = [(Side::Mine, "theirs"), (Side::Theirs, "mine")];
        for (((side, direction), truth), asked) in directions.into_iter().zip(sides).zip(asked) {
            let ours = figures(turns, side);
            let [ours, truth] = [ours, *truth].map(cells);
            println!("  {:>7}  {direction:<9}{ours}{truth}{asked:>7}", number + 1);
        }
    }
}

fn cells(known: Option<Known>) -> String {
    let Some(Known { answers, median_s, p90_s, share_48h }) = known else {
        return format!("{:>6}{:>9}{:>8}{:>5}", 0, "-", "-", "-");
    };
    let hours = |seconds: f64| seconds / 3600.0;
    let share = 100.0 * share_48h;
    format!("{answers:>6}{:>7.1} h{:>6.0} h{share:>5.0}", hours(median_s), hours(p90_s))
}

/// The truth's definitions: of the answered turns, the median, the nearest rank, the share.
fn figures(turns: &[Turn], side: Side) -> Option<Known> {
    let mut times: Vec<i64> = turns
        .iter()
        .filter(|turn| turn.side == side)
        .filter_map(|turn| Some(turn.answer?.at.0 - turn.start.0))
        .collect();
    times.sort_unstable();
    let n = times.len();
    let last = n.checked_sub(1)?;
    let in_time = times.iter().filter(|time| **time <= LIMIT_S).count();
    Some(Known {
        answers: n as u64,
        median_s: (times[last / 2] + times[n / 2]) as f64 / 2.0,
        p90_s: times[(9 * n).div_ceil(10) - 1] as f64,
        share_48h: in_time as f64 / n as f64,
    })
}
