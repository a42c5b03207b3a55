//! Base subjects and Message-IDs, as they come.

use super::*;

#[track_caller]
fn check_base(subject: &str, expect: &str) {
    assert_eq!(base_subject(subject), expect, "of {subject:?}");
}

#[test]
fn prefixes_of_many_languages_come_off() {
    for prefix in [
        "Re",
        "RE",
        "Fwd",
        "FW",
        "AW",
        "WG",
        "SV",
        "TR",
        "RV",
        "Antw",
        "Odp",
        "R",
        "I",
        "VS",
        "VL",
        "ENC",
        "RES",
        "Ynt",
        "回复",
        "ΑΠ",
        "Отв",
        "Re[2]",
        "Re(3)",
        "Re^2",
        "RE2",
        "Re-2",
        "Re [x]",
        "[list] Re",
        "[a] [b] AW",
        "Re ",
        "TR ",
    ] {
        check_base(&format!("{prefix}: Lunch on Friday"), "Lunch on Friday");
        check_base(&format!("Re: {prefix}:Lunch on Friday"), "Lunch on Friday");
    }
    check_base("回复：午餐", "午餐");
}

#[test]
fn what_only_looks_like_a_prefix_stays() {
    for subject in [
        "Regarding: lunch",
        "R2: droid",
        "Reply to: Ada",
        "a : b",
        "12: thirty",
        "Trip: Rome",
        "(fwd) x",
        "Re",
    ] {
        check_base(subject, subject);
    }
}

#[test]
fn tags_and_trailers_follow_rfc_5256() {
    for (subject, expect) in [
        ("[team] Plan", "Plan"),
        ("[team]", "[team]"),
        ("[a] [b]", "[b]"),
        ("[team] Re: [team] Plan (fwd) (FWD)", "Plan"),
        ("Re: [Fwd: [team] Re: Plan (fwd)]", "Plan"),
        ("[fwd: a] b", "b"),
        ("  Re:\tRe:  a \r\n  b ", "a b"),
        ("Re:", ""),
        ("Re: Fwd:", ""),
        ("", ""),
        ("[unclosed Re: x", "[unclosed Re: x"),
    ] {
        check_base(subject, expect);
    }
}

#[test]
fn what_gateways_write_before_a_subject_comes_off() {
    for tagged in [
        "[EXT] Lunch",
        "[EXTERNAL] Re: Lunch",
        "EXTERNAL: Lunch",
        "Re: EXT: Lunch",
        "(External) Lunch",
        "{Spam?} Lunch",
        "*****SPAM***** Lunch",
        "***Suspected Spam*** [talk] Lunch",
    ] {
        check_base(tagged, "Lunch");
    }
    for own in ["External: the lunch", "EXTRA: lunch", "(Lunch) at one", "*** lunch ***", "SPAM:"] {
        check_base(own, own);
    }
}

#[test]
fn the_hash_ignores_case_and_knows_the_empty_subject() {
    assert_eq!(subject_hash("Re: Über Mittag"), subject_hash("AW: über mittag"));
    assert_ne!(subject_hash("Lunch"), subject_hash("Lunch?"));
    assert_eq!(subject_hash("Re: "), 0);
}

#[test]
fn the_outermost_prefix_decides() {
    for (subject, expect) in [
        ("Re: Fwd: x", Some(Reply)),
        ("Fwd: Re: x", Some(Forward)),
        ("[list] WG: x", Some(Forward)),
        ("[Fwd: x]", Some(Forward)),
        ("[Fwd: x] y", None),
        ("TR : x", Some(Forward)),
        ("x", None),
        ("", None),
    ] {
        assert_eq!(prefix(subject), expect, "of {subject:?}");
    }
}

#[test]
fn an_id_is_the_same_with_and_without_brackets_and_folds() {
    let hash = id_hash("<a.1@example.org>");
    for same in ["a.1@example.org", " <a.1@exam\r\n\tple.org> ", "<<a.1@example.org>>"] {
        assert_eq!(id_hash(same), hash, "of {same:?}");
    }
    assert_ne!(id_hash("<A.1@example.org>"), hash, "ids keep their case");
}

#[test]
fn hashes_are_stable_because_they_are_stored() {
    assert_eq!(id_hash("<a@example.org>"), -2_203_388_279_165_727_621);
    assert_eq!(subject_hash("Lunch"), -883_978_879_365_379_343);
}

proptest::proptest! {
    #[test]
    fn the_base_of_a_base_is_itself(subject in "(Re: |\\[x\\] ?|\\[fwd: ?|\\]|\\(fwd\\)| |[a-z:：éΑ]){0,12}") {
        let base = base_subject(&subject);
        proptest::prop_assert_eq!(base_subject(&base), base);
    }
}
