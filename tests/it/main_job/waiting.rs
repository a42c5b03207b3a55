//! What `status` tells people: what is due with its reasons, what may need no reply in one line,
//! and what to do where nobody is known yet.

use super::*;

/// Grace asks, and sends a draft that somebody may answer; Alan thanks.
fn mails() -> [Message; 3] {
    [
        to_me(GRACE, hours_ago(60), "asks@example.org", "The hall")
            .body("Hi Ada,\n\ncould you send me the key?\n\nGrace\n"),
        to_me(GRACE, hours_ago(50), "draft@example.org", "The programme")
            .body("Here is the draft. I think we should begin at eight, and end at ten.\n"),
        to_me(ALAN, hours_ago(40), "thanks@example.org", "The keys").body("Thanks a lot!\n"),
    ]
}

fn world_with(further: &str, contacts: bool) -> World {
    let world = world();
    let maildir = Maildir::create(world.home().join("Mail"));
    for mail in mails() {
        maildir.keep(mail.time(), "S", &mail.bytes());
    }
    world.configure(&configuration(&[SILENT, further, &maildir_account(&maildir)]));
    if contacts {
        import_both(&world);
    }
    world.run(&["sync"]);
    world
}

#[test]
fn what_is_due_is_told_with_its_reasons_and_the_rest_in_a_line() {
    let world = world_with("", true);
    let told = world.run(&["status"]);
    assert!(told.contains("You owe 1 answer, 1 overdue\n"), "{told}");
    assert!(told.contains("ends with a question · to you alone"), "{told}");
    assert!(told.contains("  1 more may not need a reply: status --all\n"), "{told}");
    assert!(!told.contains("The programme") && !told.contains("The keys"), "{told}");
    let all = world.run(&["status", "--all"]);
    assert!(all.contains("These may not need a reply:") && all.contains("The programme"), "{all}");
    assert!(!all.contains("The keys"), "{all}");
    assert_eq!(status(&world)["totals"]["i_owe"], 1);
    assert_eq!(status(&world)["totals"]["i_owe_perhaps"], 1);
}

#[test]
fn without_texts_nothing_is_due_and_that_is_said() {
    let world = world_with(NEVER, true);
    let told = world.run(&["status"]);
    assert!(told.contains("Nobody is waiting for you.\n"), "{told}");
    assert!(told.contains("Message text isn't read"), "{told}");
    let report: Value = serde_json::from_slice(&world.output(&["check", "--json"]).stdout).unwrap();
    let mut parts = report["parts"].as_array().unwrap().iter();
    let texts = parts.find(|part| part["part"] == "texts").unwrap();
    assert!(texts["detail"].as_str().unwrap().starts_with("not read"), "{texts}");
}

#[test]
fn where_nobody_is_known_it_says_how_to_change_that() {
    let told = world_with("", false).run(&["status"]);
    assert!(told.contains("No contacts yet"), "{told}");
    assert!(told.contains("requite contacts --suggest"), "{told}");
    assert!(told.contains("requite import FILE"), "{told}");
}

#[test]
fn several_debts_are_done_with_at_once() {
    let world = world_with("", true);
    let owed = |world: &World| -> Vec<String> {
        let status = status(world);
        let ids = status["i_owe"].as_array().unwrap().iter();
        ids.map(|debt| debt["id"].as_str().unwrap().to_owned()).collect()
    };
    let ids = owed(&world);
    world.run(&["done", &ids[0], &ids[1]]);
    assert_eq!(owed(&world), [""; 0]);
    world.run(&["due", &ids[1]]);
    assert_eq!(owed(&world), [ids[1].clone()]);
    assert_eq!(status(&world)["i_owe"][0]["likelihood"], "due", "the user's word holds");
}

#[test]
fn of_a_contact_without_mail_no_figure_is_shown() {
    let world = world();
    world.configure(&configuration(&[SILENT]));
    import_both(&world);
    let told = world.run(&["show", "Grace"]);
    assert!(!told.contains('█') && !told.contains('%'), "{told}");
}
