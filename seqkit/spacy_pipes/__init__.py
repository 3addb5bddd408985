"""seqkit's models as parts of spaCy pipelines; spaCy finds them by entry points.

- `tagger`: the component `seqkit_tagger`, any model whose task has a place in spaCy
- `segmenter`: the tokenizer and the component `seqkit_segmenter`
- `source`: the model of a part, by name or by files that are stored with the pipeline
"""
