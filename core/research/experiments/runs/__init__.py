"""What an experiment performs: a run planned with every setting resolved (`plan`, `settings`), its
sentences (`material`), model (`candidate`) and training (`performing`), what is measured then
(`measures`), and the results that are found again (`runner`, `store`)."""
