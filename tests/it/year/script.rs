//! A year of Max and 800 people he knows, made of numbers alone: the same each time.
//!
//! Whatever happens is noted with whom it happens to, so that an oracle can tell what follows without
//! looking at the mail.

use jiff::civil::{Date, Weekday, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::support::message::Message;

pub const ME: &str = "Max Power <max@example.com>";
pub const WEEKS: i64 = 52;
const PEOPLE: usize = 800;
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

const FIRST: [&str; 40] = [
    "Ada", "Bela", "Cleo", "Dora", "Egon", "Finn", "Gita", "Hugo", "Iris", "Jan", "Kira", "Liam",
    "Mona", "Nils", "Olga", "Pia", "Quin", "Rosa", "Sven", "Tara", "Ulla", "Vito", "Wanda",
    "Xaver", "Yara", "Zeno", "Alma", "Bruno", "Carl", "Dina", "Emil", "Frida", "Greta", "Hanna",
    "Ivo", "Jule", "Karl", "Lotte", "Mats", "Nora",
];
const LAST: [&str; 20] = [
    "Abel", "Baum", "Conte", "Dahl", "Esser", "Falk", "Grau", "Holm", "Illner", "Jung", "Kern",
    "Lind", "Moser", "Noll", "Orth", "Pohl", "Quast", "Roth", "Stern", "Thal",
];

/// What somebody is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// I ask them for things; they answer in time as surely as their `p` says.
    Asked,
    /// They ask me.
    Asking,
    /// We write every few days, and some stop.
    Regular,
    /// Their address dies one day.
    Moving,
    /// I introduce them to each other.
    Introduced,
    /// I pass a résumé on to them, or theirs.
    Hiring,
    /// They wrote once, long ago.
    Lapsed,
    /// Never in touch.
    Stranger,
}

/// A question and the answer to it.
#[derive(Debug, Clone)]
pub struct Asked {
    pub at: i64,
    pub answered: Option<i64>,
}

#[derive(Debug, Clone)]
pub struct Player {
    pub name: String,
    pub address: String,
    pub connected_on: Date,
    pub part: Part,
    /// That they answer in time.
    pub p: f64,
    /// Mine.
    pub asks: Vec<Asked>,
    /// Theirs.
    pub questions: Vec<Asked>,
    /// When they wrote to me, and I to them.
    pub wrote: Vec<i64>,
    pub written_to: Vec<i64>,
    /// When my mail to them came back.
    pub bounced: Vec<i64>,
}

/// Two people whom I introduced, and when one of them wrote to the other.
pub struct Introduced {
    pub at: i64,
    pub people: [usize; 2],
    pub wrote: Option<i64>,
}

/// Somebody whose résumé I passed on.
pub struct PassedOn {
    pub at: i64,
    pub people: [usize; 2],
}

/// What Max enters by hand.
pub struct ByHand {
    pub at: i64,
    pub kind: &'static str,
    pub with: usize,
}

#[derive(Default)]
pub struct Script {
    pub people: Vec<Player>,
    pub introductions: Vec<Introduced>,
    pub resumes: Vec<PassedOn>,
    pub by_hand: Vec<ByHand>,
    /// With whether I wrote them.
    pub mails: Vec<(Message, bool)>,
    pub ids: Vec<String>,
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn between(&mut self, least: i64, most: i64) -> i64 {
        least + (self.next() % (most - least + 1) as u64) as i64
    }
}

/// When the year begins: a Monday, at seven.
pub fn begin() -> i64 {
    at(date(2025, 1, 6)) + 7 * HOUR
}

/// The Monday after so many weeks.
pub fn monday(week: i64) -> i64 {
    begin() + week * 7 * DAY
}

fn at(day: Date) -> i64 {
    day.to_zoned(TimeZone::UTC).unwrap().timestamp().as_second()
}

pub fn timestamp(at: i64) -> Timestamp {
    Timestamp::from_second(at).unwrap()
}

/// Ten o'clock on that day, or on the Monday after.
fn working(at: i64) -> i64 {
    let day = timestamp(at).to_zoned(TimeZone::UTC).date();
    let skip = match day.weekday() {
        Weekday::Saturday => 2,
        Weekday::Sunday => 1,
        _ => 0,
    };
    self::at(day) + skip * DAY + 10 * HOUR
}

impl Script {
    pub fn new() -> Script {
        let mut script = Script::default();
        let mut dice = Dice(2_025);
        for nth in 0..PEOPLE {
            let (part, p) = match nth {
                0..150 => (Part::Asked, 0.6 + 0.35 * dice.share()),
                150..200 => (Part::Asked, 0.4 + 0.2 * dice.share()),
                200..250 => (Part::Asked, 0.03 + 0.32 * dice.share()),
                250..330 => (Part::Asking, 1.0),
                330..370 => (Part::Regular, 1.0),
                370..390 => (Part::Moving, 1.0),
                390..430 => (Part::Introduced, 1.0),
                430..450 => (Part::Hiring, 1.0),
                450..490 => (Part::Lapsed, 1.0),
                _ => (Part::Stranger, 1.0),
            };
            script.people.push(Player {
                name: format!("{} {}", FIRST[nth % 40], LAST[nth / 40]),
                address: format!("p{nth}@firm{nth}.example"),
                connected_on: date(2015, 1, 1)
                    + SignedDuration::from_hours(24 * dice.between(0, 3200)),
                part,
                p,
                asks: Vec::new(),
                questions: Vec::new(),
                wrote: Vec::new(),
                written_to: Vec::new(),
                bounced: Vec::new(),
            });
        }
        for nth in 0..PEOPLE {
            match script.people[nth].part {
                Part::Asked => script.ask(nth, &mut dice),
                Part::Asking => script.be_asked(nth, &mut dice),
                Part::Regular => script.write_regularly(nth, &mut dice),
                Part::Moving => script.move_away(nth, &mut dice),
                Part::Introduced if nth % 2 == 0 => script.introduce(nth, &mut dice),
                Part::Hiring if nth % 2 == 0 => script.pass_on(nth, &mut dice),
                Part::Lapsed => {
                    let at = working(begin() - dice.between(300, 900) * DAY);
                    script.they_write(nth, at, "Hello", "Thanks for everything!\n", None);
                }
                _ => {}
            }
        }
        for week in (2..WEEKS).step_by(9) {
            let kind = if week % 2 == 0 { "favour" } else { "ask" };
            let with = 250 + week as usize;
            script.by_hand.push(ByHand { at: monday(week) - 2 * DAY, kind, with });
        }
        script
    }

    /// For half a year before it and all year.
    fn ask(&mut self, nth: usize, dice: &mut Dice) {
        let mut next = begin() - dice.between(150, 190) * DAY;
        while next < monday(WEEKS) {
            let at = working(next);
            let answered = if dice.share() < self.people[nth].p {
                Some(at + dice.between(1, 20) * HOUR)
            } else if dice.share() < 0.3 {
                Some(at + dice.between(7, 14) * DAY)
            } else {
                None
            };
            self.ask_once(nth, at, answered);
            next += dice.between(20, 70) * DAY;
        }
    }

    fn ask_once(&mut self, nth: usize, at: i64, answered: Option<i64>) {
        let body = "Could you please send me the report by Friday?\n";
        let subject = format!("Report of {}", timestamp(at).strftime("%-d %B"));
        let id = self.i_write(nth, at, &subject, body, None);
        if let Some(answered) = answered {
            let subject = format!("Re: {subject}");
            self.they_write(nth, answered, &subject, "Here it is.\n", Some(&id));
        }
        self.people[nth].asks.push(Asked { at, answered });
    }

    /// They ask me; I answer four of five in time.
    fn be_asked(&mut self, nth: usize, dice: &mut Dice) {
        let mut next = begin() - dice.between(10, 200) * DAY;
        while next < monday(WEEKS) {
            let at = working(next);
            let hours =
                if dice.share() < 0.8 { dice.between(1, 40) } else { dice.between(60, 200) };
            let answered = at + hours * HOUR;
            let subject = format!("Advice of {}", timestamp(at).strftime("%-d %B"));
            let body = "Could you please tell me what you think by Friday?\n";
            let id = self.they_write(nth, at, &subject, body, None);
            self.i_write(nth, answered, &format!("Re: {subject}"), "Do it.\n", Some(&id));
            self.people[nth].questions.push(Asked { at, answered: Some(answered) });
            next += dice.between(40, 90) * DAY;
        }
    }

    fn write_regularly(&mut self, nth: usize, dice: &mut Dice) {
        let every = dice.between(4, 40) * DAY;
        let stops = dice.share() < 0.5;
        let until = if stops { monday(dice.between(0, 40)) } else { monday(WEEKS) };
        let mut at = begin() - 300 * DAY + dice.between(0, 20) * DAY;
        while at < until {
            self.they_write(nth, at, "Greetings", "Thanks for everything!\n", None);
            at += every;
        }
    }

    /// Until then they answer; afterwards every mail comes back. Some write from there once more.
    fn move_away(&mut self, nth: usize, dice: &mut Dice) {
        let moves = monday(dice.between(5, 30));
        let mut next = begin() - dice.between(0, 30) * DAY;
        while next < monday(WEEKS) {
            let at = working(next);
            let answered = (at < moves).then_some(at + 3 * HOUR);
            self.ask_once(nth, at, answered);
            if answered.is_none() {
                self.come_back(nth, at + HOUR);
            }
            next += dice.between(25, 45) * DAY;
        }
        if nth.is_multiple_of(4) {
            let at = working(moves + 130 * DAY);
            self.they_write(nth, at, "I am back", "Thanks for everything!\n", None);
        }
    }

    fn come_back(&mut self, nth: usize, at: i64) {
        let id = self.new_id("mx.example.com");
        let mail = Message::of(timestamp(at))
            .from("Mail Delivery System <MAILER-DAEMON@mx.example.com>")
            .to(ME)
            .subject("Undelivered Mail Returned to Sender")
            .id(&id)
            .report(&self.people[nth].address, "5.1.1");
        self.mails.push((mail, false));
        self.people[nth].bounced.push(at);
    }

    /// An hour before the digest.
    fn introduce(&mut self, nth: usize, dice: &mut Dice) {
        let at = monday(dice.between(1, WEEKS - 1)) - HOUR;
        let people = [nth, nth + 1];
        let first = people.map(|one| FIRST[one % 40]);
        let subject = format!("Intro: {} <> {}", first[0], first[1]);
        let id = self.new_id("example.com");
        let to = people.map(|one| self.mailbox(one)).join(", ");
        let mail = Message::of(timestamp(at)).sent().from(ME).to(&to).subject(&subject).id(&id);
        self.mails.push((mail.body("You two should know each other.\n"), true));
        for one in people {
            self.people[one].written_to.push(at);
        }
        let wrote = (dice.share() < 0.6).then(|| at + dice.between(2, 200) * HOUR);
        if let Some(wrote) = wrote {
            let answer = self.new_id("firm.example");
            let mail = Message::of(timestamp(wrote))
                .from(&self.mailbox(nth))
                .to(&self.mailbox(nth + 1))
                .cc(ME)
                .subject(&format!("Re: {subject}"))
                .id(&answer)
                .in_reply_to(&id)
                .body("Thanks for everything!\n");
            self.mails.push((mail, false));
            self.people[nth].wrote.push(wrote);
        }
        self.introductions.push(Introduced { at, people, wrote });
    }

    /// The next one's résumé.
    fn pass_on(&mut self, nth: usize, dice: &mut Dice) {
        let at = working(monday(dice.between(0, WEEKS - 1)));
        let candidate = nth + 1;
        let file = format!("{}CV.pdf", self.people[candidate].name.replace(' ', ""));
        let parts = format!(
            "--half\nContent-Type: text/plain\n\nI think you should talk.\n\
             --half\nContent-Type: application/pdf; name=\"{file}\"\n\
             Content-Disposition: attachment; filename=\"{file}\"\n\n%PDF\n--half--\n"
        );
        let id = self.new_id("example.com");
        let mail = Message::of(timestamp(at))
            .sent()
            .from(ME)
            .to(&self.mailbox(nth))
            .cc(&self.mailbox(candidate))
            .subject("For your team")
            .id(&id)
            .multipart(&parts);
        self.mails.push((mail, true));
        self.people[nth].written_to.push(at);
        self.people[candidate].written_to.push(at);
        self.resumes.push(PassedOn { at, people: [nth, candidate] });
    }

    fn i_write(
        &mut self,
        nth: usize,
        at: i64,
        subject: &str,
        body: &str,
        answers: Option<&str>,
    ) -> String {
        let id = self.new_id("example.com");
        let mail = Message::of(timestamp(at)).sent().from(ME).to(&self.mailbox(nth)).id(&id);
        self.put(mail.subject(subject).body(body), answers, true);
        self.people[nth].written_to.push(at);
        id
    }

    fn they_write(
        &mut self,
        nth: usize,
        at: i64,
        subject: &str,
        body: &str,
        answers: Option<&str>,
    ) -> String {
        let id = self.new_id("firm.example");
        let mail = Message::of(timestamp(at)).from(&self.mailbox(nth)).to(ME).id(&id);
        self.put(mail.subject(subject).body(body), answers, false);
        self.people[nth].wrote.push(at);
        id
    }

    fn put(&mut self, mail: Message, answers: Option<&str>, by_me: bool) {
        let mail = match answers {
            Some(id) => mail.in_reply_to(id),
            None => mail,
        };
        self.mails.push((mail, by_me));
    }

    fn new_id(&mut self, host: &str) -> String {
        let id = format!("{}@{host}", self.ids.len());
        self.ids.push(id.clone());
        id
    }

    fn mailbox(&self, nth: usize) -> String {
        let Player { name, address, .. } = &self.people[nth];
        format!("{name} <{address}>")
    }

    /// As LinkedIn exports them.
    pub fn connections(&self) -> String {
        let head = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n";
        let mut rows = head.to_owned();
        for (nth, Player { name, address, connected_on, .. }) in self.people.iter().enumerate() {
            let (first, last) = name.split_once(' ').unwrap();
            let day = connected_on.strftime("%d %b %Y");
            let url = format!("https://www.linkedin.com/in/p{nth}");
            rows += &format!("{first},{last},{url},{address},Firm {nth},Owner,{day}\n");
        }
        rows
    }
}
