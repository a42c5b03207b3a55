//! Whose an address is that two share, and what becomes of somebody's work.

use serde_json::Value;

use crate::support::exports::vcard;
use crate::support::maildir::Maildir;
use crate::support::message::Message;
use crate::support::world::World;

const ADA: &str = "Ada Example <ada@example.com>";

fn world() -> (World, Maildir) {
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    let inbox = Maildir::create(world.home().join("Mail"));
    world.configure(&format!(
        "[me]\naddresses = [\"ada@example.com\"]\nzone = \"UTC\"\n{}",
        inbox.account("home")
    ));
    (world, inbox)
}

fn import(world: &World, name: &str, content: &str) -> Value {
    let path = world.write(name, content);
    world.json(&["import", "--json", path.to_str().unwrap()])["files"][0].clone()
}

/// Of everybody, in alphabetical order.
fn names(world: &World) -> Vec<String> {
    let all = world.json(&["contacts", "--json", "--sort", "name"]);
    let contacts = all["contacts"].as_array().unwrap().iter();
    contacts.map(|contact| contact["name"].as_str().unwrap().to_owned()).collect()
}

fn turns(world: &World, who: &str) -> Vec<String> {
    let shown = world.json(&["show", who, "--json", "--at", "2026-03-06T12:00:00Z"]);
    let told = |turn: &Value| format!("{} {}", turn["side"], turn["status"]).replace('"', "");
    shown["turns"].as_array().unwrap().iter().map(told).collect()
}

#[test]
fn mail_from_a_shared_address_is_theirs_whose_name_stands_in_it() {
    let (world, inbox) = world();
    let deliver =
        |message: Message| inbox.deliver("2026-03-01T00:00:00Z".parse().unwrap(), &message.bytes());
    let ask = |at: &str, from: &str, id: &str| {
        let mail = Message::at(at).from(from).to(ADA).subject(&format!("About {id}")).id(id);
        mail.body("Could you send me the plan?")
    };
    deliver(ask("2026-03-02T09:00:00Z", "Ann Lee <lees@example.org>", "ann1"));
    deliver(ask("2026-03-02T10:00:00Z", "Bob Lee <lees@example.org>", "bob1"));
    deliver(ask("2026-03-02T11:00:00Z", "The Lees <lees@example.org>", "both1"));
    let answer = Message::at("2026-03-02T12:00:00Z").from(ADA).to("lees@example.org");
    deliver(answer.subject("Re: About ann1").id("a1").in_reply_to("ann1").body("Here it is."));
    let letter = Message::at("2026-03-03T12:00:00Z").from(ADA).to("Bob Lee <lees@example.org>");
    deliver(letter.subject("Lunch?").id("a2").body("Shall we have lunch on Friday?"));
    world.run(&["sync"]);
    let both = [("Ann Lee", "lees@example.org"), ("Bob Lee", "lees@example.org")];
    assert_eq!(import(&world, "lees.vcf", &vcard(&both))["new"], 2);
    assert_eq!(import(&world, "lees.vcf", &vcard(&both))["matched"], 2);
    assert_eq!(turns(&world, "Ann Lee"), ["theirs answered", "mine closed"]);
    assert_eq!(turns(&world, "Bob Lee"), ["theirs open", "mine open"]);
}

#[test]
fn who_comes_to_share_an_address_takes_their_mail_with_them_and_leaves_it_when_they_go() {
    let (world, inbox) = world();
    for (n, who) in ["Ann", "Bob"].iter().enumerate() {
        let at = format!("2026-03-0{}T09:00:00Z", n + 2);
        let from = format!("{who} Lee <lees@example.org>");
        let mail = Message::at(&at).from(&from).to(ADA).subject(who).id(who);
        let mail = mail.body("Could you send me the plan?");
        inbox.deliver(at.parse().unwrap(), &mail.bytes());
    }
    world.run(&["sync"]);
    let count = |who: &str| {
        let shown = world.json(&["show", who, "--json"]);
        shown["turns"].as_array().unwrap().len()
    };
    import(&world, "ann.vcf", &vcard(&[("Ann Lee", "lees@example.org")]));
    assert_eq!(count("Ann Lee"), 2);
    import(&world, "bob.vcf", &vcard(&[("Bob Lee", "lees@example.org")]));
    assert_eq!((count("Ann Lee"), count("Bob Lee")), (1, 1));
    world.run(&["import", "--undo"]);
    assert_eq!(count("Ann Lee"), 2);
    world.run(&["contacts", "--add", "bob@example.org", "Bob Lee"]);
    world.run(&["set", "Bob Lee", "address=lees@example.org"]);
    assert_eq!((count("Ann Lee"), count("Bob Lee")), (1, 1));
}

#[test]
fn a_couple_is_two_whichever_card_comes_first() {
    let card = |name: &str, own: &str| {
        format!(
            "BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nEMAIL:lees@example.org\nEMAIL:{own}\nEND:VCARD\n"
        )
    };
    let (ann, bob) = (card("Ann Lee", "ann@example.org"), card("Bob Lee", "bob@example.org"));
    let lee = vcard(&[("Lee", "lees@example.org")]);
    for cards in [[&lee, &ann, &bob].map(String::as_str), [&ann, &bob, &lee].map(String::as_str)] {
        let (world, _) = world();
        import(&world, "lees.vcf", &cards.concat());
        assert_eq!(names(&world), ["Ann Lee", "Bob Lee"]);
        let again = import(&world, "lees.vcf", &cards.concat());
        assert_eq!((&again["new"], &again["changed"]), (&0.into(), &0.into()), "{again}");
    }
}

#[test]
fn a_bare_name_that_two_bear_is_no_third() {
    let (world, _) = world();
    import(
        &world,
        "two.vcf",
        &vcard(&[("Ann Lee", "ann@a.example"), ("Ann Lee", "ann@b.example")]),
    );
    let bare = "BEGIN:VCARD\nVERSION:3.0\nFN:Ann Lee\nN:Lee;Ann;B;;\nEND:VCARD\n";
    for _ in 0..2 {
        assert_eq!(import(&world, "bare.vcf", bare)["new"], 0);
    }
}

#[test]
fn nobody_writes_from_linkedins_addresses() {
    let (world, _) = world();
    let report = import(&world, "g.vcf", &vcard(&[("Grace Hopper", "hit-reply@linkedin.com")]));
    assert!(report["skipped"][0]["why"].as_str().unwrap().contains("the address of a person"));
    assert_eq!(world.fails(&["set", "grace", "address=messages-noreply@linkedin.com"]).0, 2);
    assert_eq!(world.fails(&["contacts", "--add", "hit-reply@linkedin.com"]).0, 2);
}

#[test]
fn a_card_without_a_name_joins_whoever_has_its_address() {
    let (world, _) = world();
    import(&world, "ann.vcf", &vcard(&[("Ann Lee", "ann@example.org")]));
    let bare = "BEGIN:VCARD\nVERSION:3.0\nN:;;;;\nFN:\nEMAIL:ann@example.org\nEND:VCARD\n";
    assert_eq!(import(&world, "bare.vcf", bare)["matched"], 1);
    let bare = "BEGIN:VCARD\nVERSION:3.0\nN:;;;;\nFN:\nEMAIL:bob@example.org\nEND:VCARD\n";
    import(&world, "bare.vcf", bare);
    import(&world, "bob.vcf", &vcard(&[("Bob Moss", "bob@example.org")]));
    assert_eq!(names(&world), ["Ann Lee", "Bob Moss"]);
}

#[test]
fn a_new_position_is_news_for_sixty_days() {
    let (world, _) = world();
    let connections = |company: &str, position: &str| {
        format!(
            "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n\
             Grace,Hopper,https://www.linkedin.com/in/grace,,{company},{position},06 Jun 2025\n"
        )
    };
    let news = |at: Option<&str>| {
        let mut arguments = vec!["show", "grace", "--json"];
        arguments.extend(at.iter().flat_map(|at| ["--at", at]));
        let shown = world.json(&arguments);
        shown["news"].as_array().unwrap().iter().map(|it| it["text"].clone()).collect::<Vec<_>>()
    };
    import(&world, "Connections.csv", &connections("Navy", "Admiral"));
    import(&world, "Connections.csv", &connections("NAVY", "admiral"));
    assert_eq!(news(None), [Value::Null; 0]);
    let report = import(&world, "Connections.csv", &connections("Eckert Corp", "CTO"));
    assert_eq!(report["changed"], 1);
    assert_eq!(news(None), ["is now CTO at Eckert Corp"]);
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * 61);
    assert_eq!(news(Some(&soon.to_string())), [Value::Null; 0]);
    assert!(world.run(&["show", "grace"]).contains("is now CTO at Eckert Corp"));
    let digest = world.json(&["digest", "--json"]);
    assert_eq!(digest["news"][0]["text"], "is now CTO at Eckert Corp");
    // An address book knows less of it than they do.
    let card = "BEGIN:VCARD\nVERSION:3.0\nFN:Grace Hopper\nORG:Navy\nTEL:+15550100\nEND:VCARD\n";
    import(&world, "phone.vcf", card);
    assert_eq!(world.json(&["show", "grace", "--json"])["company"], "Eckert Corp");
    world.run(&["import", "--undo"]);
    world.run(&["import", "--undo"]);
    assert_eq!(world.json(&["show", "grace", "--json"])["company"], "NAVY");
    assert_eq!(news(None), [Value::Null; 0]);
}

#[test]
fn praise_stands_in_the_ledger_once_a_day() {
    let (world, _) = world();
    import(&world, "grace.vcf", &vcard(&[("Grace Hopper", "grace@navy.example")]));
    let endorsed = "Endorsement Date,Skill Name,Endorser First Name,Endorser Last Name,\
                    Endorser Public Url,Endorsement Status\n\
                    2026/01/15 10:00:00 UTC,Rust,Grace,Hopper,,ACCEPTED\n\
                    2026/01/15 10:00:01 UTC,SQL,Grace,Hopper,,ACCEPTED\n";
    import(&world, "Endorsement_Received_Info.csv", endorsed);
    let recommended = "First Name,Last Name,Company,Job Title,Text,Creation Date,Status\n\
                       Grace,Hopper,Navy,Admiral,\"She, of all people, gets it done\",\
                       \"01/20/26, 03:22 PM\",VISIBLE\n";
    import(&world, "Recommendations_Given.csv", recommended);
    let ledger = world.json(&["ledger", "grace", "--json", "--at", "2026-02-01"]);
    let told: Vec<String> = ledger["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| format!("{}: {}", entry["kind"], entry["text"]).replace('"', ""))
        .collect();
    assert_eq!(
        told,
        [
            "received: an endorsement on LinkedIn for Rust and SQL",
            "favour: a recommendation on LinkedIn",
        ]
    );
    assert!(ledger["balance"]["gives"].as_f64().unwrap() > 0.9, "{ledger}");
}

#[test]
fn more_of_everybody_is_told_who_asks_for_more() {
    let (world, inbox) = world();
    let mail = Message::at("2026-03-02T09:00:00Z").from("Ann Lee <ann@example.org>").to(ADA);
    let mail = mail.subject("The plan").id("ann1").body("Could you send me the plan?");
    inbox.deliver("2026-03-02T09:00:00Z".parse().unwrap(), &mail.bytes());
    let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann Lee\r\nEMAIL:ann@example.org\r\n\
                ORG:Nordlicht\r\nTITLE:Engineer\r\nEND:VCARD\r\n";
    import(&world, "ann.vcf", card);
    world.run(&["sync"]);
    let told = world.run(&["contacts", "-v"]);
    assert!(told.contains("FROM") && told.contains("0 + 1  Engineer, Nordlicht"), "{told}");
    assert!(!world.run(&["contacts"]).contains("Nordlicht"));
}
