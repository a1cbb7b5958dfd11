"""Table E.1-1 of PS3.15 as the authors of idiscore took it from the standard's pages on 2024-09-19: tags of each action of the basic profile.

    pip install --no-deps idiscore==1.2.0
    python basic_profile.py > basic-profile-2024.json

The module is read as text: nothing of the package is run.
"""
import importlib.metadata
import json
import re

ACTIONS = {
    'REMOVE': 'X', 'EMPTY': 'Z', 'DUMMY': 'D', 'UID': 'U', 'EMPTY_OR_DUMMY': 'Z/D', 'REMOVE_OR_EMPTY': 'X/Z', 'REMOVE_OR_DUMMY': 'X/D',
    'REMOVE_OR_EMPTY_OR_DUMMY': 'X/Z/D', 'REMOVE_OR_EMPTY_OR_UID': 'X/Z/U*',
}
source = importlib.metadata.distribution('idiscore').locate_file('idiscore/_public_dicom.py').read_text()
profile = source[source.index('basic_profile = '):source.index('retain_safe_private = ')]
table = {}
for kind, tag, action in re.findall(r'(SingleTag|RepeatingGroup)\("(\w{8})"\),\s*ActionCodes\.(\w+)', profile):
    table.setdefault(ACTIONS[action], []).append(tag)
print(json.dumps({action: sorted(tags) for action, tags in sorted(table.items())}, indent=0).replace('",\n"', '", "'))
