"""Prediction in numpy: the same weights and equations as in torch, which a short input need not wait for.

`weights` reads them, `forms` is what a layer offers beside its torch form; then the layers (`chains`, `embedding`,
`heads`, `attention`, `deep`, `decoder`) and the models made of them (`tagger`, `translator`).
"""
