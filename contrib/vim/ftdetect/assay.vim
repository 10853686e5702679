" NAME.policy, and NAME.test beside it
autocmd BufRead,BufNewFile *.policy setfiletype assay
autocmd BufRead,BufNewFile *.test
      \ if filereadable(expand("<afile>:r") . ".policy") |
      \   setfiletype assay |
      \ endif
