" Vim compiler file: assay policy check
if exists("current_compiler")
  finish
endif
let current_compiler = "assay"

" Behind each mistake stand its line and a caret, which say nothing new.
CompilerSet makeprg=assay\ policy\ check\ %:S
CompilerSet errorformat=
      \%f:%l:%c:\ %trror:\ %m,
      \%f:%l:%c:\ %tarning:\ %m,
      \%f:%l:\ %trror:\ %m,
      \%f:\ %trror:\ %m,
      \%-G%.%#
