//! What Gmail's labels stand for, in the languages in which Google Takeout writes them.
//!
//! Knows the system's own labels only; a label that the user made says nothing.

use crate::source::Role;

/// What the labels of one message say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GmailLabel {
    /// A line of a conversation in Google Chat or Hangouts: no mail.
    Chat,
    Role(Role),
}

const CHAT: [&str; 24] = [
    "chat",
    "chats",
    "chatt",
    "chattar",
    "bate-papo",
    "bate-papos",
    "conversa",
    "conversas",
    "discussion",
    "discussions",
    "xat",
    "xats",
    "czat",
    "czaty",
    "csevegés",
    "csevegések",
    "sohbet",
    "sohbetler",
    "чат",
    "чаты",
    "チャット",
    "채팅",
    "聊天",
    "聊天记录",
];

const INBOX: [&str; 16] = [
    "posteingang",
    "boîte de réception",
    "recibidos",
    "bandeja de entrada",
    "posta in arrivo",
    "caixa de entrada",
    "postvak in",
    "odebrane",
    "inkorg",
    "inkorgen",
    "indbakke",
    "innboks",
    "gelen kutusu",
    "входящие",
    "受信トレイ",
    "收件箱",
];

const SENT: [&str; 9] = [
    "odoslané",
    "wysłane",
    "skickat",
    "sendte",
    "sendt",
    "gönderilmiş",
    "отправленные",
    "送信済み",
    "已发邮件",
];

const DRAFTS: [&str; 10] = [
    "borrador",
    "bozze",
    "rascunhos",
    "wersje robocze",
    "utkast",
    "kladder",
    "taslaklar",
    "черновики",
    "下書き",
    "草稿",
];

const JUNK: [&str; 4] = ["skräppost", "спам", "迷惑メール", "垃圾邮件"];

const TRASH: [&str; 9] = [
    "cestino",
    "lixeira",
    "lixo",
    "kosz",
    "papperskorg",
    "papperskorgen",
    "çöp kutusu",
    "корзина",
    "ゴミ箱",
];

const ARCHIVED: [&str; 5] = ["archived", "archiviert", "archivés", "archivado", "archiviati"];

/// Discarded mail is that wherever else it lies; what I sent is sent, also from the inbox.
const ORDER: [Role; 6] =
    [Role::Drafts, Role::Junk, Role::Trash, Role::Sent, Role::Inbox, Role::Archive];

/// What all labels of a message say together; `None`: nothing.
pub fn label(labels: &[String]) -> Option<GmailLabel> {
    let lower: Vec<String> = labels.iter().map(|label| label.to_lowercase()).collect();
    if lower.iter().any(|label| CHAT.contains(&label.as_str())) {
        return Some(GmailLabel::Chat);
    }
    let roles: Vec<Role> = lower.iter().map(|label| role(label)).collect();
    ORDER.into_iter().find(|role| roles.contains(role)).map(GmailLabel::Role)
}

fn role(label: &str) -> Role {
    let named = [
        (Role::Inbox, INBOX.as_slice()),
        (Role::Sent, &SENT),
        (Role::Drafts, &DRAFTS),
        (Role::Junk, &JUNK),
        (Role::Trash, &TRASH),
        (Role::Archive, &ARCHIVED),
    ];
    match named.iter().find(|(_, names)| names.contains(&label)) {
        Some((role, _)) => *role,
        // `Clients/Trash` is a label of the user's own.
        None if label.contains(['/', '.']) => Role::Other,
        None => Role::by_name(label),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(labels: &str, expect: Option<GmailLabel>) {
        let labels: Vec<String> = labels.split(',').map(str::to_owned).collect();
        assert_eq!(label(&labels), expect, "{labels:?}");
    }

    #[test]
    fn the_systems_labels_are_roles_in_any_language() {
        for (labels, role) in [
            ("Inbox,Opened,Category Personal", Role::Inbox),
            ("Sent,Inbox", Role::Sent),
            ("Gesendet", Role::Sent),
            ("Messages envoyés,Boîte de réception", Role::Sent),
            ("Entwürfe", Role::Drafts),
            ("Drafts,Sent", Role::Drafts),
            ("Spam,Unread", Role::Junk),
            ("Papierkorb,Posteingang", Role::Trash),
            ("Archived,Important", Role::Archive),
        ] {
            check(labels, Some(GmailLabel::Role(role)));
        }
    }

    #[test]
    fn a_label_of_the_users_own_says_nothing() {
        check("Opened,Important", None);
        check("Clients/Trash", None);
        check("Work.Sent", None);
        check("", None);
    }

    #[test]
    fn chat_is_no_mail_whatever_else_it_is_labelled() {
        for labels in ["Chat", "Inbox,Chat", "チャット", "Bate-papos,Opened"] {
            check(labels, Some(GmailLabel::Chat));
        }
        check("Chats with clients", None);
    }
}
