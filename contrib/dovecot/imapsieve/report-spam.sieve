# A message was moved into Junk, or copied there: its reader calls it spam.
require ["vnd.dovecot.pipe", "copy", "imapsieve"];

pipe :copy :try "assay-learn" [ "spam" ];
