"""seqkit's models as components of spaCy pipelines; spaCy finds them by entry points.

- `tagger`: the component `seqkit_tagger`, for any model whose task supports spaCy
- `segmenter`: the tokenizer and the component `seqkit_segmenter`
- `source`: the model of a component, by name or stored with the pipeline
"""
