# A message was moved out of Junk: its reader says that it is none.
require ["vnd.dovecot.pipe", "copy", "imapsieve", "environment", "variables"];

# To throw it away is no praise.
if environment :matches "imap.mailbox" "*" {
    set "mailbox" "${1}";
}
if string :is "${mailbox}" "Trash" {
    stop;
}
pipe :copy :try "assay-learn" [ "ham" ];
