//! Holidays from the user's own calendars: whoever owes me an answer needn't give it then.

use serde_json::Value;

use crate::support::maildir::Maildir;
use crate::support::message::Message;
use crate::support::world::World;

const MAY_DAY: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:May\r\n  Day\r\n\
     DTSTART;VALUE=DATE:20200501\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\n\
     BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:some day\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// Grace was asked on Thursday, 30 April 2026 at noon.
fn world(measure: &str) -> World {
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    let maildir = Maildir::create(world.home().join("Mail")).folder("Sent");
    let mail = Message::at("2026-04-30T12:00:00Z")
        .sent()
        .from("Ada Example <ada@example.com>")
        .to("Grace Hopper <grace@example.org>")
        .subject("Could you send the plan?")
        .id("plan@example.com");
    maildir.keep(mail.time(), "S", &mail.bytes());
    world.write("holidays.ics", MAY_DAY);
    world.configure(&format!(
        "[me]\naddresses = [\"ada@example.com\"]\nzone = \"UTC\"\n{measure}\
         [[account]]\nname = \"home\"\nkind = \"maildir\"\npath = \"~/Mail\"\n"
    ));
    let grace = "BEGIN:VCARD\nFN:Grace Hopper\nEMAIL:grace@example.org\nEND:VCARD\n";
    let grace = world.write("grace.vcf", grace);
    world.run(&["import", grace.to_str().unwrap()]);
    world.run(&["sync"]);
    world
}

#[test]
fn an_answer_isnt_owed_on_a_holiday() {
    #[track_caller]
    fn check(measure: &str, due: &str) {
        let status = world(measure).json(&["status", "--json", "--at", "2026-05-02T00:00:00Z"]);
        assert_eq!(status["they_owe"][0]["due"], due, "{status:#}");
    }
    check("", "2026-05-04T12:00:00Z");
    check("[measure]\nholidays = [\"~/holidays.ics\"]\n", "2026-05-05T12:00:00Z");
}

#[test]
fn check_says_what_a_calendar_holds() {
    let report = world("[measure]\nholidays = [\"holidays.ics\"]\n").output(&["check", "--json"]);
    let report: Value = serde_json::from_slice(&report.stdout).unwrap();
    let parts = report["parts"].as_array().unwrap();
    let part = parts.iter().find(|part| part["part"] == "holidays").expect("a part of its own");
    assert_eq!(part["ok"], true);
    let detail = part["detail"].as_str().unwrap();
    for told in ["holidays.ics", "1 day in 20", "1 event left out"] {
        assert!(detail.contains(told), "{detail}");
    }
}
