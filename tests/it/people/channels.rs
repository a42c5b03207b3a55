//! A made-up archive of LinkedIn's and a telephone's log beside the mail: one timeline, on which any
//! channel answers any other.

use serde_json::Value;

use crate::support::exports::{vcard, zipped};
use crate::support::maildir::Maildir;
use crate::support::message::Message;
use crate::support::world::World;

const ADA: &str = "Ada Example <ada@example.com>";
const GRACE: &str = "Grace Hopper <grace@navy.example>";

const CONNECTIONS: &str = "\u{feff}Notes:\n\"Some addresses are missing.\"\n\n\
First Name,Last Name,URL,Email Address,Company,Position,Connected On\n\
Grace,Hopper,https://www.linkedin.com/in/grace,,Navy,Admiral,06 Jun 2025\n\
Alan,Turing,https://www.linkedin.com/in/alan,,King's,Fellow,07 Jun 2025\n";

const MESSAGES: &str = "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,\
RECIPIENT PROFILE URLS,DATE,SUBJECT,CONTENT,FOLDER,ATTACHMENTS,IS MESSAGE DRAFT\n\
c1,,Grace Hopper,https://www.linkedin.com/in/grace,Ada Example,https://www.linkedin.com/in/ada,\
2026-03-04 11:00:00 UTC,,\"Thanks, that works for me!\",INBOX,,No\n\
c1,,Grace Hopper,https://www.linkedin.com/in/grace,Ada Example,https://www.linkedin.com/in/ada,\
2026-03-02 09:00:00 UTC,,\"Hi Ada,\n\ncould you send me the plan?\",INBOX,,No\n\
c1,,Ada Example,https://www.linkedin.com/in/ada,Grace Hopper,https://www.linkedin.com/in/grace,\
2026-03-04 11:05:00 UTC,,never sent,INBOX,,Yes\n\
c2,,Alan Turing,https://www.linkedin.com/in/alan,\"Ada Example,Grace Hopper\",\
\"https://www.linkedin.com/in/ada,https://www.linkedin.com/in/grace\",2026-03-05 08:00:00 UTC,,\
\"Could one of you help me?\",INBOX,,No\n\
c3,,Best Tools,,Ada Example,https://www.linkedin.com/in/ada,2026-03-05 08:00:00 UTC,,\
\"Would you like a demo?\",SPONSORED,,No\n";

/// She called on the 3rd, Ada called back; she called again on the 5th.
const CALLS: &str = "<?xml version='1.0' encoding='UTF-8'?>\n<calls count=\"3\">\n\
<call number=\"0691234123\" duration=\"0\" date=\"1772532000000\" type=\"3\" />\n\
<call number=\"+43691234123\" duration=\"60\" date=\"1772539200000\" type=\"2\" />\n\
<call number=\"+43691234123\" duration=\"0\" date=\"1772704800000\" type=\"5\" />\n\
</calls>\n";

fn world() -> World {
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    let mail = Maildir::create(world.home().join("Mail"));
    world.configure(&format!(
        "[me]\nnames = [\"Ada Example\"]\naddresses = [\"ada@example.com\"]\nzone = \"UTC\"\n{}",
        mail.account("home")
    ));
    let sent = |at: &str, subject: &str| {
        let mail = Message::at(at).sent().from(ADA).to(GRACE).subject(subject).id(at);
        mail.body("Here it is: what do you think of lunch on Friday?")
    };
    for (at, subject) in
        [("2026-03-02T15:00:00Z", "The plan"), ("2026-03-04T09:00:00Z", "Lunch on Friday?")]
    {
        mail.deliver(at.parse().unwrap(), &sent(at, subject).bytes());
    }
    let card = "BEGIN:VCARD\nVERSION:3.0\nFN:Grace Hopper\nEMAIL:grace@navy.example\n\
                TEL:+43 691 234 123\nEND:VCARD\n";
    world.write("phone.vcf", card);
    let archive = zipped(&[
        ("Complete_Export/messages.csv", MESSAGES),
        ("Complete_Export/Connections.csv", CONNECTIONS),
        ("Complete_Export/Ad_Targeting.csv", "Member Age,Member Gender\n35-54,Female\n"),
    ]);
    world.write("linkedin.zip", archive);
    world.write("calls.xml", CALLS);
    world
}

fn import(world: &World, files: &[&str]) -> Value {
    let paths: Vec<String> =
        files.iter().map(|file| world.home().join(file).display().to_string()).collect();
    let arguments = ["import", "--json"].into_iter().chain(paths.iter().map(String::as_str));
    world.json(&arguments.collect::<Vec<_>>())
}

/// "theirs linkedin 2026-03-02T09:00:00Z answered after 6 h (open_turn)"
fn turns(world: &World, who: &str) -> Vec<String> {
    let shown = world.json(&["show", who, "--json", "--at", "2026-03-06T12:00:00Z"]);
    let told = |turn: &Value| {
        let text = |field: &str| turn[field].as_str().unwrap_or_default().to_owned();
        let [side, channel, start, status] = ["side", "channel", "start", "status"].map(text);
        let how = match turn["hours"].as_f64() {
            Some(hours) => format!(" after {hours:.0} h ({})", text("link")),
            None => String::new(),
        };
        format!("{side} {channel} {start} {status}{how}")
    };
    shown["turns"].as_array().unwrap().iter().map(told).collect()
}

#[test]
fn any_channel_answers_any_other() {
    let world = world();
    world.run(&["sync"]);
    let report = import(&world, &["phone.vcf", "calls.xml", "linkedin.zip"]);
    let files = report["files"].as_array().unwrap();
    let kinds: Vec<&str> = files.iter().map(|file| file["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["vcard", "calls", "linkedin-messages", "linkedin-connections"]);
    let left: Vec<&str> = files[2]["skipped"]
        .as_array()
        .unwrap()
        .iter()
        .map(|skipped| skipped["why"].as_str().unwrap())
        .collect();
    let group = "a conversation of several people: it credits nobody";
    assert_eq!(left, ["a draft", group, "advertising or spam"]);
    assert_eq!(
        turns(&world, "grace"),
        [
            "theirs linkedin 2026-03-02T09:00:00Z answered after 6 h (open_turn)",
            "mine mail 2026-03-02T15:00:00Z answered after 21 h (open_turn)",
            "theirs phone 2026-03-03T10:00:00Z answered after 2 h (open_turn)",
            "mine phone 2026-03-03T12:00:00Z answered after 0 h (manual)",
            "mine mail 2026-03-04T09:00:00Z answered after 2 h (open_turn)",
            "theirs linkedin 2026-03-04T11:00:00Z closed",
            "theirs phone 2026-03-05T10:00:00Z open",
        ]
    );
    assert_eq!(turns(&world, "alan"), [""; 0], "a group credits nobody");
    let status = world.json(&["status", "--json", "--at", "2026-03-06T12:00:00Z"]);
    let owed = &status["i_owe"][0];
    assert_eq!(
        (&owed["channel"], &owed["because"][0]),
        (&"phone".into(), &"you missed their call".into())
    );
    let shown = world.run(&["show", "grace", "--at", "2026-03-06T12:00:00Z"]);
    for words in ["they called", "they wrote on LinkedIn", "you talked", "you wrote"] {
        assert!(shown.contains(words), "{words} in {shown}");
    }
}

#[test]
fn in_whatever_order_it_comes_the_turns_are_the_same() {
    let expect = {
        let world = world();
        world.run(&["sync"]);
        import(&world, &["phone.vcf", "calls.xml", "linkedin.zip"]);
        turns(&world, "grace")
    };
    let world = world();
    for file in ["calls.xml", "linkedin.zip", "phone.vcf"] {
        import(&world, &[file]);
    }
    world.run(&["sync"]);
    assert_eq!(turns(&world, "grace"), expect);
}

#[test]
fn twice_changes_nothing_and_taking_back_leaves_what_was_there() {
    let world = world();
    world.run(&["sync"]);
    world.write("alan.vcf", vcard(&[("Alan Turing", "alan@kings.example")]));
    import(&world, &["alan.vcf"]);
    let before = world.json(&["contacts", "--json", "--at", "2026-03-06T12:00:00Z"]);
    let files = ["phone.vcf", "calls.xml", "linkedin.zip"];
    import(&world, &files);
    let after = turns(&world, "grace");
    let again = import(&world, &files);
    for file in again["files"].as_array().unwrap() {
        assert_eq!((&file["new"], &file["changed"]), (&0.into(), &0.into()), "{file}");
    }
    assert_eq!(turns(&world, "grace"), after);
    // The repeat did nothing, so it is the first that goes.
    let told = world.run(&["import", "--undo"]);
    assert!(told.contains("linkedin.zip"), "{told}");
    assert!(
        told.contains("1 new contact") && told.contains("5 calls, messages and favours"),
        "{told}"
    );
    assert_eq!(world.json(&["contacts", "--json", "--at", "2026-03-06T12:00:00Z"]), before);
    let left: u64 = world
        .database()
        .query_row(
            "SELECT (SELECT count(*) FROM entry) + (SELECT count(*) FROM counterpart)
                  + (SELECT count(*) FROM identity WHERE kind <> 'email')",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(left, 0);
}

#[test]
fn linkedins_own_mail_opens_a_turn_that_a_later_archive_fills() {
    let world = world();
    let at = "2026-03-02T09:07:00Z";
    let notice = Message::at(at)
        .from("\"Grace Hopper via LinkedIn\" <messages-noreply@linkedin.com>")
        .to(ADA)
        .subject("Grace just messaged you")
        .header("List-Unsubscribe", "<https://www.linkedin.com/u>")
        .header("Feedback-ID", "messages:linkedin")
        .id("notice@linkedin.com")
        .body("Grace Hopper sent you a message");
    Maildir::create(world.home().join("Mail")).deliver(at.parse().unwrap(), &notice.bytes());
    world.run(&["sync"]);
    import(&world, &["phone.vcf"]);
    let first = turns(&world, "grace")[0].clone();
    assert_eq!(first, "theirs linkedin 2026-03-02T09:07:00Z answered after 6 h (open_turn)");
    let shown = world.json(&["show", "grace", "--json"]);
    assert_eq!(shown["identities"].as_array().unwrap().len(), 2, "{shown}");
    import(&world, &["linkedin.zip"]);
    let first = turns(&world, "grace")[0].clone();
    assert_eq!(first, "theirs linkedin 2026-03-02T09:00:00Z answered after 6 h (open_turn)");
    let shown = world.json(&["show", "grace", "--json", "--at", "2026-03-06T12:00:00Z"]);
    assert_eq!(shown["turns"][0]["message_ids"], serde_json::json!(["<notice@linkedin.com>"]));
    assert_eq!(shown["turns"][0]["messages"].as_array().unwrap().len(), 1, "{shown}");
}

#[test]
fn a_call_is_logged_by_hand_from_either_side() {
    let world = world();
    import(&world, &["phone.vcf"]);
    let called =
        ["log", "call", "grace", "--missed", "--from-them", "--at", "2026-03-05T10:00:00Z"];
    world.run(&called);
    assert_eq!(turns(&world, "grace"), ["theirs phone 2026-03-05T10:00:00Z open"]);
    world.run(&["log", "call", "grace", "--at", "2026-03-05T16:00:00Z"]);
    assert_eq!(
        turns(&world, "grace")[0],
        "theirs phone 2026-03-05T10:00:00Z answered after 6 h (open_turn)"
    );
    world.run(&["log", "call", "grace", "--undo"]);
    world.run(&["log", "call", "grace", "--undo"]);
    assert_eq!(turns(&world, "grace"), [""; 0]);
}

#[test]
fn the_note_of_an_invitation_is_a_message_and_a_click_is_nothing() {
    let world = world();
    let invitations = "From,To,Sent At,Message,Direction\n\
        Grace Hopper,Ada Example,\"3/2/26, 9:00 AM\",\"Could you tell me more about sloops?\",INCOMING\n\
        Ada Example,Alan Turing,\"3/2/26, 9:05 AM\",,OUTGOING\n";
    world.write("Invitations.csv", invitations);
    let report = import(&world, &["Invitations.csv", "phone.vcf"]);
    let file = &report["files"][0];
    assert_eq!(
        (&file["kind"], &file["new"]),
        (&"linkedin-invitations".into(), &1.into()),
        "{file}"
    );
    assert!(file["skipped"][0]["why"].as_str().unwrap().contains("without a note"), "{file}");
    assert_eq!(turns(&world, "grace"), ["theirs linkedin 2026-03-02T09:00:00Z open"]);
}

#[test]
fn the_archive_says_whose_it_is() {
    let world = world();
    world.configure("[me]\naddresses = [\"ada@example.com\"]\nzone = \"UTC\"\n");
    let message = "CONVERSATION ID,FROM,TO,DATE,SUBJECT,CONTENT\n\
        c1,Grace Hopper,Ada King,2026-03-02 09:00:00 UTC,,Could you send me the plan?\n";
    let profile = "First Name,Last Name,Maiden Name,Headline,Industry\nAda,King,,Analyst,Looms\n";
    let addresses = "Email Address,Confirmed,Primary,Updated On\nada@king.example,Yes,Yes,1/1/24\n";
    world.write("alone.zip", zipped(&[("messages.csv", message)]));
    let alone = import(&world, &["alone.zip"]);
    let why = alone["files"][0]["skipped"][0]["why"].as_str().unwrap();
    assert!(why.contains("`[me] names`"), "{why}");
    let parts = [
        ("a/messages.csv", message),
        ("a/Profile.csv", profile),
        ("a/Email Addresses.csv", addresses),
    ];
    world.write("whole.zip", zipped(&parts));
    let whole = import(&world, &["whole.zip", "phone.vcf"]);
    assert_eq!(whole["files"][0]["new"], 1, "{whole}");
    let why = whole["files"][2]["skipped"][0]["why"].as_str().unwrap();
    assert!(why.starts_with("ada@king.example is none of your addresses"), "{why}");
    assert_eq!(turns(&world, "grace"), ["theirs linkedin 2026-03-02T09:00:00Z open"]);
}

#[test]
fn a_rehearsal_counts_and_keeps_nothing() {
    let world = world();
    let archive = world.home().join("linkedin.zip").display().to_string();
    let told = world.json(&["import", "--dry-run", "--json", &archive]);
    assert_eq!(told["files"][0]["new"], 2, "{told}");
    assert_eq!(world.json(&["status", "--json"])["totals"]["contacts"], 0);
    import(&world, &["linkedin.zip"]);
    let told = world.json(&["import", "--dry-run", "--json", &archive]);
    assert_eq!((&told["files"][0]["new"], &told["files"][0]["matched"]), (&0.into(), &2.into()));
}

#[test]
fn the_same_export_twice_in_one_import_counts_once() {
    let world = world();
    world.write(
        "again.zip",
        zipped(&[("messages.csv", MESSAGES), ("Connections.csv", CONNECTIONS)]),
    );
    let report = import(&world, &["linkedin.zip", "again.zip"]);
    let new: Vec<&Value> =
        report["files"].as_array().unwrap().iter().map(|it| &it["new"]).collect();
    assert_eq!(new, [2, 2, 0, 0], "{report}");
}

#[test]
fn an_invitation_that_a_later_export_has_as_a_message_counts_once() {
    let world = world();
    let invitations = "From,To,Sent At,Message,Direction\n\
        Grace Hopper,Ada Example,\"3/2/26, 9:00 AM\",\"Could you send me the plan?\",INCOMING\n";
    world.write("Invitations.csv", invitations);
    import(&world, &["phone.vcf", "Invitations.csv"]);
    import(&world, &["linkedin.zip"]);
    let shown = world.json(&["show", "grace", "--json", "--at", "2026-03-06T12:00:00Z"]);
    let linkedin = |turn: &&Value| turn["channel"] == "linkedin" && turn["side"] == "theirs";
    let turns: Vec<&Value> = shown["turns"].as_array().unwrap().iter().filter(linkedin).collect();
    // Her message of the 4th goes on in the same turn.
    assert_eq!(turns.len(), 1, "{shown}");
    assert_eq!(turns[0]["messages"].as_array().unwrap().len(), 2, "{shown}");
}

#[test]
fn an_answer_by_mail_to_linkedins_own_mail_answers_what_it_tells() {
    let world = world();
    import(&world, &["phone.vcf"]);
    let mail = Maildir::create(world.home().join("Other"));
    world.configure(&format!(
        "[me]\nnames = [\"Ada Example\"]\naddresses = [\"ada@example.com\"]\nzone = \"UTC\"\n{}",
        mail.account("other")
    ));
    let notice = Message::at("2026-03-02T09:00:00Z")
        .from("Grace Hopper <hit-reply@linkedin.com>")
        .to(ADA)
        .subject("Sloops")
        .id("n1@linkedin.com")
        .body("Could you send me the plan?");
    let answer = Message::at("2026-03-02T13:00:00Z")
        .sent()
        .from(ADA)
        .to("Grace Hopper <hit-reply@linkedin.com>")
        .subject("Re: Sloops")
        .id("a1")
        .in_reply_to("n1@linkedin.com")
        .body("Here it is.");
    for message in [notice, answer] {
        mail.deliver("2026-03-02T13:00:00Z".parse().unwrap(), &message.bytes());
    }
    world.run(&["sync"]);
    let first = turns(&world, "grace")[0].clone();
    assert_eq!(first, "theirs linkedin 2026-03-02T09:00:00Z answered after 4 h (reply)");
}
