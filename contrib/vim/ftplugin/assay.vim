" Comments, and ":make" for a policy (assay policy check)
if exists("b:did_ftplugin")
  finish
endif
let b:did_ftplugin = 1

setlocal comments=:# commentstring=#\ %s
setlocal noexpandtab
compiler assay

let b:undo_ftplugin = "setlocal comments< commentstring< expandtab<"
      \ . " makeprg< errorformat<"
