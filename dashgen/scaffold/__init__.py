"""What ``dashgen init`` writes: a GitOps repository with one spec, its output and the CI that keeps them true.

``data/stacks/`` holds one template per kind of example spec: a new stack is one new file there.
"""
