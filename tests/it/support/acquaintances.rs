//! Max, who keeps his mail in a Maildir and knows a few people.

use super::exports::vcard;
use super::maildir::Maildir;
use super::world::World;

pub const ME: &str = "Max Power <max@example.com>";
pub const ADA: &str = "Ada Lark <ada@lark.example>";
pub const BOB: &str = "Bob Moss <bob@moss.example>";
pub const EVE: &str = "Eve Stone <eve@stone.example>";

/// With the mail that `fill` puts into his mailbox read, and these as contacts.
pub fn max_who_knows(people: &[&str], fill: impl FnOnce(&Maildir)) -> World {
    let world = World::new(env!("CARGO_BIN_EXE_requite"));
    world.configure(
        "[me]\naddresses = [\"max@example.com\"]\nzone = \"UTC\"\n\
         [[account]]\nname = \"home\"\nkind = \"maildir\"\npath = \"~/Mail\"\n",
    );
    fill(&Maildir::create(world.home().join("Mail")));
    let parted = people.iter().map(|it| it.trim_end_matches('>').split_once(" <").unwrap());
    let cards = vcard(&parted.collect::<Vec<_>>());
    let people = world.write("people.vcf", cards);
    world.run(&["import", people.to_str().unwrap()]);
    world.run(&["sync"]);
    world
}
