//! The invented people of the demonstration and what happens between them and Ada in two weeks.
//!
//! Only data and the mail that it makes; plays nothing itself.

use crate::domain::model::{DAY, HOUR, Moment};

pub(super) const ME: &str = "ada@example.com";
const MY_NAME: &str = "Ada Example";

/// Monday 2 November 2026, 08:00 UTC.
pub(super) const BEGIN: Moment = Moment(1_793_606_400);
/// Two weeks later: the second Monday digest went out an hour ago.
pub(super) const END: Moment = Moment(BEGIN.0 + 14 * DAY);

pub(super) struct Character {
    pub(super) name: &'static str,
    pub(super) email: &'static str,
    pub(super) company: &'static str,
    pub(super) position: &'static str,
    /// Hours until they answered what I wrote before the story begins; negative: never.
    they_took: &'static [i32],
    /// Hours until I answered them.
    i_took: &'static [i32],
}

pub(super) const PEOPLE: [Character; 8] = [
    Character {
        name: "Bea Martin",
        email: "bea.martin@example.org",
        company: "Nordlicht Solar",
        position: "Head of Engineering",
        they_took: &[3, 7, 2, 20, 5, 4],
        i_took: &[5, 9, 26, 3, 14],
    },
    Character {
        name: "Chidi Okafor",
        email: "chidi@okafor.example",
        company: "Okafor & Daughters",
        position: "Founder",
        they_took: &[26, 40, 31, 70, 22],
        i_took: &[4, 30, 51, 12],
    },
    Character {
        name: "Dana Weiss",
        email: "d.weiss@example.net",
        company: "Kontor Recruiting",
        position: "Recruiter",
        they_took: &[120, 90, -1, -1, -1, -1],
        i_took: &[8, 20, 16],
    },
    Character {
        name: "Emre Yilmaz",
        email: "emre@lattice.example",
        company: "Lattice Labs",
        position: "Research Engineer",
        they_took: &[1, 2, 1, 4, 3, 2, 1],
        i_took: &[2, 6, 1, 3, 60],
    },
    Character {
        name: "Fiona Burke",
        email: "fiona.burke@example.org",
        company: "Harbour Design",
        position: "Designer",
        they_took: &[18, 44, 9, 30],
        i_took: &[70, 22, 90, 47],
    },
    Character {
        name: "Goran Petrović",
        email: "goran@petrovic.example",
        company: "Ministry of Maps",
        position: "Cartographer",
        they_took: &[46, 12, 33],
        i_took: &[10, 24, 15],
    },
    Character {
        name: "Hana Sato",
        email: "hana.sato@example.net",
        company: "Kissa Books",
        position: "Editor",
        they_took: &[6, 11, 8, 5],
        i_took: &[3, 3, 8, 4],
    },
    Character {
        name: "Ivo de Vries",
        email: "ivo@devries.example",
        company: "De Vries Logistics",
        position: "Operations Lead",
        they_took: &[200, -1, -1],
        i_took: &[12, 40],
    },
];

/// One thing that happens in the story.
pub(super) struct Scene {
    /// Hours after the beginning.
    pub(super) hour: i64,
    pub(super) person: usize,
    pub(super) mine: bool,
    pub(super) subject: &'static str,
    /// The scene that this mail answers, as an index.
    pub(super) answers: Option<usize>,
}

const fn scene(hour: i64, person: usize, mine: bool, subject: &'static str) -> Scene {
    Scene { hour, person, mine, subject, answers: None }
}

const fn answer(hour: i64, to: usize, person: usize, mine: bool, subject: &'static str) -> Scene {
    Scene { hour, person, mine, subject, answers: Some(to) }
}

pub(super) const SCENES: [Scene; 22] = [
    scene(4, 0, false, "Could you look at the hiring plan?"),
    scene(6, 3, true, "Would you meet Hana about her book?"),
    answer(8, 1, 3, false, "Re: Would you meet Hana about her book?"),
    answer(10, 2, 3, true, "Re: Would you meet Hana about her book?"),
    scene(26, 4, false, "Portfolio review this month?"),
    answer(29, 0, 0, true, "Re: Could you look at the hiring plan?"),
    scene(31, 2, true, "Any news for the candidate I sent you?"),
    scene(54, 1, false, "Can you introduce me to the solar people?"),
    scene(58, 6, true, "Cover draft: which one do you like?"),
    answer(77, 8, 6, false, "Re: Cover draft: which one do you like?"),
    answer(79, 9, 6, true, "Re: Cover draft: which one do you like?"),
    answer(98, 4, 4, true, "Re: Portfolio review this month?"),
    scene(126, 5, false, "May I use your old survey data?"),
    answer(154, 7, 1, true, "Re: Can you introduce me to the solar people?"),
    answer(157, 12, 5, true, "Re: May I use your old survey data?"),
    scene(172, 7, true, "Is the pallet question settled?"),
    scene(174, 3, false, "Reading group on Thursday?"),
    answer(179, 16, 3, true, "Re: Reading group on Thursday?"),
    scene(222, 0, false, "Two references for the new lead?"),
    scene(246, 6, false, "Would you write the foreword?"),
    scene(248, 4, true, "Could you send me the logo files?"),
    scene(294, 1, false, "Who is on call for the grid at night?"),
];

/// A message with everything that a mail server would have put there.
pub(super) struct Mail {
    pub(super) at: Moment,
    /// In the Sent folder; else in the inbox.
    pub(super) sent: bool,
    pub(super) bytes: Vec<u8>,
}

struct Draft<'a> {
    at: Moment,
    mine: bool,
    person: &'a Character,
    subject: &'a str,
    id: String,
    answers: Option<String>,
}

impl Scene {
    pub(super) fn at(&self) -> Moment {
        BEGIN + self.hour * HOUR
    }

    pub(super) fn mail(&self, index: usize) -> Mail {
        let id = |index: usize| format!("<scene-{index}@example.com>");
        mail(&Draft {
            at: self.at(),
            mine: self.mine,
            person: &PEOPLE[self.person],
            subject: self.subject,
            id: id(index),
            answers: self.answers.map(id),
        })
    }
}

/// The ten weeks before the story: an exchange every few days with everybody.
pub(super) fn history() -> Vec<Mail> {
    let mut mails = Vec::new();
    for (number, person) in PEOPLE.iter().enumerate() {
        let mine = (true, person.they_took, MY_PAST_SUBJECTS);
        let theirs = (false, person.i_took, THEIR_PAST_SUBJECTS);
        for (mine, took, subjects) in [mine, theirs] {
            for (round, hours) in took.iter().enumerate() {
                let days_ago = 8 + 10 * round as i64 + number as i64 % 5 + i64::from(mine) * 4;
                let at = BEGIN - days_ago * DAY + (3 + number as i64) * HOUR;
                let id = |part: &str| format!("<past-{number}-{mine}-{round}-{part}@example.com>");
                let subject = subjects[(number + round) % subjects.len()];
                let ask = Draft { at, mine, person, subject, id: id("a"), answers: None };
                mails.push(mail(&ask));
                if *hours < 0 {
                    continue;
                }
                let subject = &format!("Re: {subject}");
                let answered = at + i64::from(*hours) * HOUR + 7 * 60;
                let (mine, id_b) = (!mine, id("b"));
                let answers = Some(id("a"));
                mails.push(mail(&Draft { at: answered, mine, person, subject, id: id_b, answers }));
                if !mine {
                    // Ada has the last word: their answer leaves nothing open.
                    let (at, answers) = (answered + 5 * HOUR, Some(id("b")));
                    mails.push(mail(&Draft {
                        at,
                        mine: true,
                        person,
                        subject,
                        id: id("c"),
                        answers,
                    }));
                }
            }
        }
    }
    mails
}

/// Two lists: a question of theirs under the subject of mine would pass for its answer.
const MY_PAST_SUBJECTS: [&str; 6] = [
    "Quick question about the offer?",
    "Lunch next week?",
    "Could you read this page?",
    "Who should I talk to about permits?",
    "Please check the numbers",
    "Are you at the fair in spring?",
];

const THEIR_PAST_SUBJECTS: [&str; 6] = [
    "A word on the budget?",
    "Who could judge this contract?",
    "Would you speak at our meeting?",
    "Do you know a good translator?",
    "Can I quote you?",
    "Which day suits you in June?",
];

/// What a link of the digest makes, with nothing in it but its subject.
pub(super) fn to_myself(at: Moment, subject: &str) -> Mail {
    let date = at.timestamp().strftime("%a, %d %b %Y %H:%M:%S +0000");
    let text = format!(
        "Received: from phone.example.com by mx.example.com; {date}\r\n\
         From: \"{MY_NAME}\" <{ME}>\r\nTo: {ME}\r\nSubject: {subject}\r\nDate: {date}\r\n\
         Message-ID: <tap-{}@example.com>\r\n\r\n",
        at.0
    );
    Mail { at, sent: false, bytes: text.into_bytes() }
}

fn mail(draft: &Draft<'_>) -> Mail {
    let (me, them) = ((MY_NAME, ME), (draft.person.name, draft.person.email));
    let (from, to) = if draft.mine { (me, them) } else { (them, me) };
    let date = draft.at.timestamp().strftime("%a, %d %b %Y %H:%M:%S +0000");
    let mut text = String::new();
    if !draft.mine {
        text += &format!("Received: from mail.example.org by mx.example.com; {date}\r\n");
    }
    text += &format!(
        "From: \"{}\" <{}>\r\nTo: \"{}\" <{}>\r\nSubject: {}\r\nDate: {date}\r\nMessage-ID: {}\r\n",
        from.0, from.1, to.0, to.1, draft.subject, draft.id
    );
    if let Some(answers) = &draft.answers {
        text += &format!("In-Reply-To: {answers}\r\nReferences: {answers}\r\n");
    }
    text += "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n";
    let said = match draft.answers {
        Some(_) => "Gladly, I have seen to it.",
        None => draft.subject,
    };
    let first = |name: &'static str| name.split(' ').next().unwrap_or(name);
    text += &format!("Dear {},\r\n\r\n{said}\r\n\r\n{}\r\n", first(to.0), first(from.0));
    Mail { at: draft.at, sent: draft.mine, bytes: text.into_bytes() }
}

/// The people as LinkedIn exports them, with its preamble; most rows there have no address.
pub(super) fn connections() -> String {
    let mut csv = String::from(
        "Notes:\n\"When exporting your connection data, you may notice that some addresses are \
         missing.\"\n\nFirst Name,Last Name,URL,Email Address,Company,Position,Connected On\n",
    );
    for (number, person) in PEOPLE.iter().enumerate() {
        let (first, last) = person.name.split_once(' ').unwrap_or((person.name, ""));
        let email = if number % 3 == 0 { person.email } else { "" };
        csv += &format!(
            "{first},{last},https://www.linkedin.com/in/demo-{number},{email},\"{}\",\"{}\",\
             12 Mar 2024\n",
            person.company, person.position
        );
    }
    csv
}
