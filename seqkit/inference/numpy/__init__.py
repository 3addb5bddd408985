"""Prediction in numpy, with the weights and equations of torch, so that short input need not wait for its import.

`weights` reads the weights, `forms` has the interfaces of layers; then come the layers (`chains`, `embedding`,
`heads`, `attention`, `deep`, `decoder`) and the models made of them (`tagger`, `translator`).
"""
