# junk.sieve - what the filter marked as spam goes to the folder Junk
#
# For Dovecot's Pigeonhole, as sieve_before: it runs before each user's own
# script, which may still put the message elsewhere.  See README.md here.
require ["fileinto", "mailbox"];

# assayd writes both fields (see "Marked mail for Sieve" in assay.policy(5)), and
# removes those that a message came in with.
if anyof (header :is "X-Spam-Flag" "YES",
          header :matches "X-Spam-Status" "Yes,*") {
    fileinto :create "Junk";
}
